import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, test } from "vitest";
import {
  type RealKeyServer,
  startRealKeyServer,
} from "../../packages/server/src/keys/testing/real-key-server.ts";
import { freePort } from "../harness/process.ts";
import { liveThrough } from "./living.ts";

const kills = Number(process.env.SOAK ?? 5);
const people = 3;
const cli = "packages/cli/src/main.ts";

let keys: RealKeyServer;
let folder: string;
let settings: NodeJS.ProcessEnv;
let child: ChildProcess | undefined;
let origin: string;

beforeAll(async () => {
  keys = await startRealKeyServer();
  folder = await folderWithPackages();
  settings = {
    ...process.env,
    // Node's fetch knows `localhost`, and not the names below it.
    PLATFORM_HOST: "localhost",
    PORT: await freePort(),
    DATA_DIR: folder,
    AUTH_SECRET: randomBytes(32).toString("hex"),
    KEYSERVER_ADDR: keys.origin,
    KEYSERVER_TOKEN: keys.appToken,
    LOG_LEVEL: "fatal",
  };
  origin = `http://localhost:${settings.PORT ?? ""}`;
  await start();
}, 300_000);
afterAll(async () => {
  await end("SIGKILL");
  await keys.remove();
  await rm(folder, { recursive: true, force: true });
});

/** A folder with a database of its own and the packages that all tests share. */
async function folderWithPackages(): Promise<string> {
  const own = await mkdtemp(join(tmpdir(), "portafilter-kill-"));
  const shared = resolve(process.env.E2E_DATA_DIR ?? "test-results/data");
  for (const name of ["compressed", "index", "listed", "packages", "snapshots"]) {
    await mkdir(join(shared, name), { recursive: true });
    await symlink(join(shared, name), join(own, name));
  }
  return own;
}

/** The app server with its database in its own process, as one who has no PostgreSQL runs it. */
async function start(): Promise<void> {
  const server = spawn("node", [cli, "serve"], {
    env: settings,
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = server;
  const ended = once(server, "exit").then(() => {
    throw new Error("The app server ended before it was ready.");
  });
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      if (line.startsWith("Portafilter is ready")) resolve();
    });
  });
  ended.catch(() => undefined);
  await Promise.race([ready, ended]);
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

test(`${kills} kills of an app server on PGlite lose nothing and double nothing (E8)`, {
  timeout: 120_000 + kills * 60_000,
  retry: 0,
}, async () => {
  await liveThrough(origin, people, kills, {
    async kill() {
      // Writes go on all the time, and a merge of everybody's begins every two seconds.
      await pause(200 + Math.random() * 2_500);
      await end("SIGKILL");
      await start();
      return "app server";
    },
    timeout: 60_000,
  });
});
