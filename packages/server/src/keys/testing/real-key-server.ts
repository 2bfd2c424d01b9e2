import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "../../testing/free-port.ts";

const cli = fileURLToPath(new URL("../../../../cli/src/main.ts", import.meta.url));

/** The key server as operators run it: a process of its own, with a data folder for one test. */
export type RealKeyServer = Readonly<{
  folder: string;
  origin: string;
  appToken: string;
  /** What an operator does, such as `transit/keys/portafilter/rotate`. */
  operate: (path: string, body?: object) => Promise<void>;
  /** Kills the process without a word. */
  kill: () => Promise<void>;
  /** Starts it again on the port it had. */
  restart: () => Promise<void>;
  /** Kills it and removes its folder. */
  remove: () => Promise<void>;
}>;

/** A folder of its own, for certificates that have to be there before the server is. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "portafilter-key-client-"));
}

export async function startRealKeyServer(
  env: Record<string, string> = {},
  folder?: string,
): Promise<RealKeyServer> {
  const data = folder ?? (await temporaryFolder());
  const port = String(await freePort());
  let running = await run({ ...env, DATA_DIR: data, KEYSERVER_PORT: port });
  const { origin } = running;
  const token = async (name: string) =>
    (await readFile(join(data, "keyserver", name), "utf8")).trim();
  const operatorToken = await token("operator.token");
  return {
    folder: data,
    origin,
    appToken: await token("app.token"),
    async operate(path, body = {}) {
      const answer = await fetch(`${origin}/v1/${path}`, {
        method: "POST",
        headers: { "X-Vault-Token": operatorToken },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    },
    kill: () => running.kill(),
    restart: async () => {
      running = await run({ ...env, DATA_DIR: data, KEYSERVER_PORT: port });
    },
    remove: async () => {
      await running.kill();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [cli, "keyserver"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const origin = /ready at (\S+)/.exec(line)?.[1];
      if (origin !== undefined) return origin;
    }
    throw new Error("the key server did not start");
  })();
  return {
    origin: await ready,
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
