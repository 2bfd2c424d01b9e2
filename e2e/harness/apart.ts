import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { startPostgres, type TestPostgres } from "../../packages/server/src/db/testing/postgres.ts";
import { freePort } from "./process.ts";

const cli = "packages/cli/src/main.ts";

type Wanted = Readonly<{
  /** Address and token of the key server. */
  keys: Readonly<{ origin: string; appToken: string }>;
  /** Further settings of the app server. */
  env?: Record<string, string>;
}>;

/** An app server on a PostgreSQL of its own, for tests that break things or read what it writes. */
export type ServerApart = Readonly<{
  origin: string;
  postgres: TestPostgres;
  database: string;
  /** Everything that it has printed, its log included. */
  printed: () => string;
  /** Another process in its place: nothing is in its memory. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}>;

export async function startApart({ keys, env = {} }: Wanted): Promise<ServerApart> {
  const postgres = await startPostgres();
  const database = await postgres.createDatabase();
  const port = await freePort();
  const settings = {
    ...process.env,
    PORT: port,
    DATA_DIR: process.env.E2E_DATA_DIR ?? "test-results/data",
    DATABASE_URL: postgres.url(database),
    AUTH_SECRET: randomBytes(32).toString("hex"),
    KEYSERVER_ADDR: keys.origin,
    KEYSERVER_TOKEN: keys.appToken,
    LOG_LEVEL: "fatal",
    ...env,
  };
  const migrated = spawnSync("node", [cli, "migrate"], { env: settings, encoding: "utf8" });
  if (migrated.status !== 0) throw new Error(migrated.stdout + migrated.stderr);
  const said: string[] = [];
  const start = async () => {
    const child = spawn("node", [cli, "serve"], {
      env: settings,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
    const exited = once(child, "exit");
    await ready(child, said, exited);
    return async () => {
      child.kill("SIGTERM");
      await exited;
    };
  };
  let end = await start();
  return {
    origin: `http://pycafe.localhost:${port}`,
    postgres,
    database,
    printed: () => said.join(""),
    async restart() {
      await end();
      end = await start();
    },
    async stop() {
      await end();
      await postgres.stop();
    },
  };
}

async function ready(child: ChildProcess, said: string[], exited: Promise<unknown>): Promise<void> {
  if (child.stdout === null) throw new Error("It has no output.");
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      said.push(`${line}\n`);
      if (line.startsWith("Portafilter is ready")) resolve();
    });
    void exited.then(() => {
      reject(new Error(`The app server ended before it was ready: ${said.join("")}`));
    });
  });
}
