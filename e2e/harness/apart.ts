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
  /** Whether the database waits for its disk, for tests of crashes. */
  durable?: boolean;
  /** Whether it has a port for its metrics. */
  metrics?: boolean;
}>;

/** An app server on a PostgreSQL of its own, for tests that break things or read what it writes. */
export type ServerApart = Readonly<{
  origin: string;
  /** Where its metrics are, if they were wanted. */
  metrics: string;
  postgres: TestPostgres;
  database: string;
  /** Everything that it has printed, its log included. */
  printed: () => string;
  /** Runs a command of the CLI with the same settings. @returns its exit code and what it printed. */
  command: (...args: string[]) => Readonly<{ code: number | null; output: string }>;
  /** Ends the app server without a word. */
  kill: () => Promise<void>;
  start: () => Promise<void>;
  /** Another process in its place: nothing is in its memory. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}>;

export async function startApart({
  keys,
  env = {},
  durable = false,
  metrics = false,
}: Wanted): Promise<ServerApart> {
  const postgres = await startPostgres({ durable });
  const database = await postgres.createDatabase();
  const settings: NodeJS.ProcessEnv & { PLATFORM_HOST: string } = {
    ...process.env,
    PLATFORM_HOST: "pycafe.localhost",
    DATA_DIR: process.env.E2E_DATA_DIR ?? "test-results/data",
    DATABASE_URL: postgres.url(database),
    AUTH_SECRET: randomBytes(32).toString("hex"),
    KEYSERVER_ADDR: keys.origin,
    KEYSERVER_TOKEN: keys.appToken,
    // What is down is spoken of at length.
    LOG_LEVEL: "fatal",
    ...env,
  };
  const command = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("node", [cli, ...args], {
      env: settings,
      encoding: "utf8",
    });
    return { code: status, output: stdout + stderr };
  };
  const migrated = command("migrate");
  if (migrated.code !== 0) throw new Error(migrated.output);
  // As late as can be, so that nobody else has taken them.
  const port = await freePort();
  settings.PORT = port;
  const metricsPort = metrics ? await freePort() : undefined;
  if (metricsPort !== undefined) settings.METRICS_PORT = metricsPort;
  const said: string[] = [];
  let end: (signal: NodeJS.Signals) => Promise<void> = () => Promise.resolve();
  const start = async () => {
    const child = spawn("node", [cli, "serve"], {
      env: settings,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
    const exited = once(child, "exit");
    end = async (signal) => {
      child.kill(signal);
      await exited;
    };
    await ready(child, said, exited);
  };
  await start();
  return {
    origin: `http://${settings.PLATFORM_HOST}:${port}`,
    metrics: metricsPort === undefined ? "" : `http://127.0.0.1:${metricsPort}/metrics`,
    postgres,
    database,
    printed: () => said.join(""),
    command,
    kill: () => end("SIGKILL"),
    start,
    async restart() {
      await end("SIGTERM");
      await start();
    },
    async stop() {
      await end("SIGTERM");
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
