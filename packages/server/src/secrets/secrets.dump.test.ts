import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, expect, test } from "vitest";
import type { DatabaseConfig } from "../db/config.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { openPostgres } from "../db/postgres.ts";
import { startPostgres } from "../db/testing/postgres.ts";
import { migrated, testConfig } from "../db/testing.ts";
import { createLog } from "../log.ts";
import { createWorld, revealed, stored } from "./testing/world.ts";

/** E1: somebody has every file of the database: tables, indexes, write-ahead log. */
const canary = "canary-value-4e9a1c77d0b2";
const control = "control-value-8c2f6e13b954";
/** Long enough to be moved out of the row. */
const long = `${"canary-value-4e9a1c77d0b2 ".repeat(2_000)}end`;
const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

/** A text as it may be written: itself, in UTF-16, in hexadecimal, and in base64 at every offset. */
function forms(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const whole = bytes.subarray(offset, offset + Math.floor((bytes.length - offset) / 3) * 3);
    return [whole.toString("base64"), whole.toString("base64url")];
  });
  const hex = bytes.toString("hex");
  return [
    bytes,
    Buffer.from(text, "utf16le"),
    ...[hex, hex.toUpperCase(), ...base64].map((form) => Buffer.from(form)),
  ];
}

/** Names of files below a folder that hold a text in any form. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const content = await readFile(join(entry.parentPath, entry.name));
    if (forms(text).some((form) => content.includes(form))) found.push(entry.name);
  }
  return found;
}

/** Everything that is done with values, what fails included. */
async function useEverything(db: Database): Promise<void> {
  const w = await createWorld(db);
  const id = await stored(w, "ada", "CANARY_NAME", canary, long, `${canary} again`);
  const allow = { app: "app-1", name: "ALLOWED", value: canary, until: null };
  const merge = {
    mergeId: crypto.randomUUID(),
    secrets: ["ALLOWED", "MERGED"].map((name) => ({ name, value: `${canary} ${name}` })),
    grants: [{ app: "app-1", name: "MERGED" }],
  };
  for (const [method, path, body, status] of [
    ["POST", "/secrets", { name: "CANARY_NAME", value: canary }, 409],
    ["POST", "/secrets", { name: "TOO_LONG", value: canary.repeat(4_000) }, 413],
    ["POST", "/secrets/allow", allow, 200],
    ["POST", "/secrets/use", { app: "app-1", name: "ALLOWED" }, 200],
    ["POST", "/merge", merge, 200],
    ["POST", "/merge", merge, 200],
    ["POST", `/secrets/${id}/restore`, { version: 1 }, 200],
    ["PATCH", `/secrets/${id}`, { name: "RENAMED" }, 200],
  ] as const) {
    expect((await w.ask("ada", method, path, body)).status).toBe(status);
  }
  expect(await revealed(w, "ada", id)).toBe(canary);
  const gone = await stored(w, "ada", "GONE", canary);
  await w.ask("ada", "DELETE", `/secrets/${gone}`);
  // What shows that the search finds what it looks for.
  await sql`create table control (form text)`.execute(db.kysely);
  for (const form of forms(control).slice(2)) {
    const text = form.toString();
    await sql`insert into control values (${`<${text}>`})`.execute(db.kysely);
  }
  await sql`checkpoint`.execute(db.kysely);
  expect(w.logged()).not.toContain(canary);
}

async function expectNoCanary(folder: string): Promise<void> {
  // Names are in clear, and show that the files are looked through.
  expect((await filesWith(folder, "CANARY_NAME")).length).toBeGreaterThan(0);
  expect((await filesWith(folder, control)).length).toBeGreaterThan(0);
  expect(await filesWith(folder, canary)).toEqual([]);
}

test("E1: no file of a PGlite holds a value", { timeout: 120_000 }, async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "portafilter-dump-")), "db");
  cleanups.push(() => rm(join(folder, ".."), { recursive: true, force: true }));
  const config: DatabaseConfig = { kind: "pglite", folder };
  const db = await openDatabase(config, createLog("silent"));
  await useEverything(db);
  await db.close();
  await expectNoCanary(folder);
});

test("E1: no file of a PostgreSQL holds a value", { timeout: 120_000 }, async () => {
  const server = await startPostgres({ durable: true });
  cleanups.push(() => server.stop());
  const name = await server.createDatabase(await migrated(server));
  const [row] = await server.query("show data_directory");
  const config = testConfig(server.url(name));
  const db = await openPostgres(config, createLog("silent"));
  await useEverything(db);
  await db.close();
  await server.kill();
  await expectNoCanary(String(row?.data_directory));
});
