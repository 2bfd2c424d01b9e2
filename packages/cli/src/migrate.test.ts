import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDatabaseConfig } from "@portafilter/server";
import { expect, onTestFinished, test } from "vitest";
import { nameOf } from "./migrate.ts";
import { openToOthers, runCommand, temporaryFolder } from "./testing/commands.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

/** Runs `portafilter migrate` to its end. */
async function migrate(settings: Record<string, string>) {
  return new Promise<{ failed: boolean; output: string; errors: string }>((resolve) => {
    const env = { PATH: process.env.PATH ?? "", ...settings };
    execFile(process.execPath, [main, "migrate"], { env }, (error, output, errors) => {
      resolve({ failed: error !== null, output, errors });
    });
  });
}

test("it says which migrations it made, and the second time that there was nothing to do", async () => {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const first = await migrate({ DATA_DIR: dir });
  expect(first).toMatchObject({ failed: false, errors: "" });
  expect(first.output).toMatch(
    /^Made 0001-accounts\n(?:Made .*\n)+The database in \S+ is up to date now\n$/,
  );
  expect(first.output).toContain(join(dir, "db"));
  const second = await migrate({ DATA_DIR: dir });
  expect(second).toEqual({
    failed: false,
    output: `The database in ${join(dir, "db")} is up to date\n`,
    errors: "",
  });
}, 120_000);

test("attack E1: no other user of the machine may read a file of the database, whatever umask there is", async () => {
  const dir = await temporaryFolder("modes");
  expect((await runCommand(["migrate"], { DATA_DIR: join(dir, "data") })).code).toBe(0);
  expect(await openToOthers(dir)).toEqual([]);
}, 120_000);

test("a database that cannot be reached is one line, without its password", async () => {
  const { failed, errors } = await migrate({
    MIGRATE_DATABASE_URL: "postgres://owner:canary-pw@127.0.0.1:1/cafe",
    DATABASE_START_TIMEOUT: "0.1",
  });
  expect(failed).toBe(true);
  expect(errors).toBe("The database cannot be reached (ECONNREFUSED).\n");
}, 60_000);

test.for([
  ["postgres://owner:canary-pw@127.0.0.1/cafe", "cafe on 127.0.0.1"],
  ["postgres://owner:canary-pw@[::1]:5433/caf%C3%A9", "café on [::1]:5433"],
  ["postgres://owner:canary-pw@db.test:5432/cafe?sslmode=disable", "cafe on db.test:5432"],
  ["postgres:///cafe?host=/run/postgresql&port=5433", "cafe on /run/postgresql:5433"],
  ["postgres://%2Frun%2Fpostgresql/cafe", "cafe on /run/postgresql"],
  ["postgres://owner:canary-pw@localhost", "of that user on localhost"],
] as const)("%s is called by its name, without user or password", ([url, name]) => {
  expect(nameOf(readDatabaseConfig({ DATABASE_URL: url }))).toBe(name);
});
