import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports below those that systems hand out by themselves, so that no connection takes one in the moment
 * before it is listened on, or while what listened on it is started again. Each test worker has its own.
 */
const first = 20_000;
const workers = 12;
const ofEach = 1_000;

/** A port on loopback that is free, and that no other worker asks for. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env.VITEST_POOL_ID ?? 0) % workers;
  for (let tries = 0; tries < 100; tries += 1) {
    const port = first + worker * ofEach + Math.floor(Math.random() * ofEach);
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = new Promise<boolean>((resolve) => {
    server.once("listening", () => {
      resolve(true);
    });
    server.once("error", () => {
      resolve(false);
    });
  });
  server.listen(port, "127.0.0.1");
  if (!(await isListening)) return false;
  server.close();
  await once(server, "close");
  return true;
}
