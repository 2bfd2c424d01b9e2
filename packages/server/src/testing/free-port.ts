import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports below those that systems hand out by themselves, so that no connection takes one in the moment
 * before it is listened on, or while what listened on it is started again.
 */
const first = 20_000;
const count = 12_000;

/** Processes that run at the same time begin at different places. */
let next = (process.pid * 16) % count;

/** A port on loopback that is free, and that nobody is likely to ask for before it is used. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count; tries += 1) {
    const port = first + next;
    next = (next + 1) % count;
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
