import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { startPostgres } from "../../packages/server/src/db/testing/postgres.ts";
import { startRealKeyServer } from "../../packages/server/src/keys/testing/real-key-server.ts";
import { freePort } from "../harness/process.ts";

/** Something that can be killed without a word, and started again where it was. */
export type Victim = Readonly<{
  name: string;
  kill: () => Promise<unknown>;
  start: () => Promise<unknown>;
}>;

/** App server, key server and PostgreSQL, as processes that production has, too. */
export type Servers = Readonly<{
  origin: string;
  /** Removed at the end. */
  folder: string;
  victims: readonly Victim[];
  /** Runs a command of the CLI against them. @returns its exit code and what it printed. */
  command: (...args: string[]) => Readonly<{ code: number | null; output: string }>;
  stop: () => Promise<void>;
}>;

const cli = "packages/cli/src/main.ts";

export async function startServers(): Promise<Servers> {
  const postgres = await startPostgres({ durable: true });
  const keys = await startRealKeyServer();
  const database = await postgres.createDatabase();
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: port,
    PLATFORM_HOST: "localhost",
    DATA_DIR: process.env.E2E_DATA_DIR ?? "test-results/data",
    DATABASE_URL: postgres.url(database),
    AUTH_SECRET: randomBytes(32).toString("hex"),
    KEYSERVER_ADDR: keys.origin,
    KEYSERVER_TOKEN: keys.appToken,
    // What is down is spoken of at length.
    LOG_LEVEL: "fatal",
  };
  const command = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync("node", [cli, ...args], { env, encoding: "utf8" });
    return { code: status, output: stdout + stderr };
  };
  const migrated = command("migrate");
  if (migrated.code !== 0) throw new Error(migrated.output);
  let app: ChildProcess | undefined;
  const startApp = async () => {
    app = spawn("node", [cli, "serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
    const { stdout } = app;
    if (stdout === null) throw new Error("no output");
    let said = "";
    while (!said.includes("Portafilter is ready")) {
      said += String((await once(stdout, "data"))[0]);
    }
    stdout.resume();
  };
  const killApp = async () => {
    if (app === undefined) return;
    const ended = once(app, "exit");
    app.kill("SIGKILL");
    await ended;
  };
  await startApp();
  return {
    origin: `http://localhost:${port}`,
    folder: keys.folder,
    victims: [
      { name: "app server", kill: killApp, start: startApp },
      { name: "key server", kill: keys.kill, start: keys.restart },
      { name: "PostgreSQL", kill: postgres.kill, start: postgres.start },
    ],
    command,
    async stop() {
      await killApp();
      await keys.remove();
      await postgres.stop();
    },
  };
}
