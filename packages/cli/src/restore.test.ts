import { spawnSync } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDatabaseConfig } from "@portafilter/server";
import { expect, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "../../server/src/db/database.ts";
import { startPostgres } from "../../server/src/db/testing/postgres.ts";
import { clientFor } from "../../server/src/keys/testing/client.ts";
import { startRealKeyServer } from "../../server/src/keys/testing/real-key-server.ts";
import { createLog } from "../../server/src/log.ts";
import {
  createWorld,
  revealed,
  stored,
  type World,
} from "../../server/src/secrets/testing/world.ts";
import { freePort } from "../../server/src/testing/free-port.ts";
import { runCommand, startCommand, temporaryFolder } from "./testing/commands.ts";

/** The one that the world of the tests seals its audit with. */
const authSecret = "a secret of thirty-two characters";

type Settings = Record<string, string>;

/** Works on a database as a server with this key server would. */
async function withWorld<T>(
  settings: Settings,
  keys: Readonly<{ origin: string; appToken: string }>,
  users: readonly string[],
  work: (world: World, db: Database) => Promise<T>,
): Promise<T> {
  const db = await openDatabase(readDatabaseConfig(settings), createLog("silent"));
  const { dataKeys } = clientFor(keys.origin, { token: () => keys.appToken });
  try {
    return await work(await createWorld(db, () => dataKeys, users), db);
  } finally {
    await db.close();
  }
}

/** Starts a key server on what a fresh host was given, without its root key in the folder. */
async function startKeyServer(dir: string) {
  const settings = { DATA_DIR: dir, KEYSERVER_PORT: `${await freePort()}` };
  const started = startCommand(["keyserver"], settings);
  onTestFinished(() => void started.child.kill("SIGKILL"));
  await expect.poll(() => started.said.out + started.said.err).toMatch(/ready at|\n$/);
  const origin = /ready at (\S+)/.exec(started.said.out)?.[1] ?? "";
  return { settings, origin, started };
}

/** Ids, versions and values of everything that was stored before the backup. */
type Canary = Readonly<{ user: string; id: string; version: number; value: string }>;

async function storeCanaries(world: World): Promise<Canary[]> {
  const canaries: Canary[] = [];
  for (const user of ["ada", "bob"])
    for (const name of ["ONE", "TWO", "THREE"]) {
      const values = [1, 2].map((version) => `canary ${user} ${name} ${version}`);
      const id = await stored(world, user, name, ...values);
      values.forEach((value, at) => canaries.push({ user, id, version: at + 1, value }));
    }
  return canaries;
}

const readAll = (world: World, canaries: readonly Canary[]) =>
  Promise.all(canaries.map(({ user, id, version }) => revealed(world, user, id, version)));

test.for(["PGlite", "PostgreSQL"] as const)(
  "attack E7: a backup of %s on a fresh host: everything with the root key, nothing without it",
  { timeout: 300_000 },
  async (kind) => {
    const home = await startRealKeyServer();
    onTestFinished(() => home.remove());
    const postgres = kind === "PostgreSQL" ? await startPostgres() : undefined;
    onTestFinished(() => postgres?.stop());
    const fresh = await temporaryFolder("fresh");
    const backup = await temporaryFolder("backup");
    const database = async (dir: string): Promise<Settings> =>
      postgres === undefined
        ? { DATA_DIR: dir }
        : { DATA_DIR: dir, DATABASE_URL: postgres.url(await postgres.createDatabase()) };
    const before: Settings = { ...(await database(home.folder)), AUTH_SECRET: authSecret };
    expect((await runCommand(["migrate"], before)).code).toBe(0);
    const canaries = await withWorld(before, home, ["ada", "bob"], storeCanaries);
    await home.kill();

    // The backup: what operating.md says, each part of it by itself.
    await cp(join(home.folder, "keyserver", "keys.sealed"), join(backup, "keys.sealed"));
    await cp(join(home.folder, "keyserver", "anchor.json"), join(backup, "anchor.json"));
    const rootKey = await readFile(join(home.folder, "keyserver", "root.key"), "utf8");
    const dump = postgres && dumped(before);
    if (postgres === undefined)
      await cp(join(home.folder, "db"), join(backup, "db"), { recursive: true });

    // The fresh host.
    const after: Settings = { ...(await database(fresh)), AUTH_SECRET: authSecret };
    if (dump === undefined) await cp(join(backup, "db"), join(fresh, "db"), { recursive: true });
    else restored(after, dump);
    await mkdir(join(fresh, "keyserver"), { mode: 0o700 });
    for (const name of ["keys.sealed", "anchor.json"])
      await cp(join(backup, name), join(fresh, "keyserver", name));
    const verified = await runCommand(["audit", "verify"], after);
    expect(verified).toMatchObject({ code: 0, err: "" });

    // No key, a wrong one: it stays sealed, and nobody reads anything.
    const keys = await startKeyServer(fresh);
    expect(keys.started.said.out).toContain("It is sealed");
    const wrong = join(backup, "wrong.key");
    await writeFile(wrong, `${Buffer.alloc(32, 7).toString("base64")}\n`, { mode: 0o600 });
    const unseal = (file: string) =>
      runCommand(["keyserver", "unseal", "--key-file", file], keys.settings);
    expect((await unseal(wrong)).code).toBe(1);
    const guess = { origin: keys.origin, appToken: home.appToken };
    await withWorld(after, guess, [], async (world) => {
      for (const answer of await readAll(world, canaries))
        expect(answer).toBe("secret_unavailable");
    });
    // Nor does another key server, whose keys are its own.
    const other = await startRealKeyServer();
    onTestFinished(() => other.remove());
    await withWorld(after, other, [], async (world) => {
      for (const answer of await readAll(world, canaries)) expect(answer).not.toContain("canary");
    });

    // With the root key, and tokens that are made there.
    const right = join(backup, "root.key");
    await writeFile(right, rootKey, { mode: 0o600 });
    expect((await unseal(right)).said).toContain("is unsealed");
    const renewed = ["keyserver", "operator-token", "--key-file", right];
    expect((await runCommand(renewed, keys.settings)).code).toBe(0);
    const operator = await readFile(join(fresh, "keyserver", "operator.token"), "utf8");
    const made = await fetch(`${keys.origin}/v1/auth/token/create`, {
      method: "POST",
      headers: { "X-Vault-Token": operator.trim() },
      body: JSON.stringify({ policies: ["app"] }),
    });
    const { auth } = (await made.json()) as { auth: { client_token: string } };
    const now = { origin: keys.origin, appToken: auth.client_token };
    await withWorld(after, now, [], async (world) => {
      expect(await readAll(world, canaries)).toEqual(canaries.map(({ value }) => value));
    });
    expect((await runCommand(["audit", "verify"], after)).code).toBe(0);
  },
);

function dumped({ DATABASE_URL: url = "" }: Settings): string {
  const { status, stdout, stderr } = spawnSync("pg_dump", [url], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

function restored({ DATABASE_URL: url = "" }: Settings, dump: string): void {
  const options = { input: dump, encoding: "utf8" } as const;
  const { status, stderr } = spawnSync("psql", ["-q", "-v", "ON_ERROR_STOP=1", url], options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}
