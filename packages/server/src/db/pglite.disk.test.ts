import { fsyncSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import { durableFiles, durableStart } from "./durable-files.ts";
import { databaseOn, openPGlite } from "./pglite.ts";
import { runLimited } from "./testing/limited.ts";
import { freshPGlite } from "./testing/pglite.ts";

const patience = 120_000;
const unavailable = { code: "database_unavailable" };
const filler = fileURLToPath(new URL("./testing/filler.ts", import.meta.url));

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  const folder = join(dir, "new");
  await (await openPGlite({ kind: "pglite", folder })).close();
}, patience);
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A new database's files, of which one is made: that takes seconds. */
let folders = 0;
async function newFolder(): Promise<string> {
  folders += 1;
  const folder = join(dir, `${folders}`);
  await cp(join(dir, "new"), folder, { recursive: true });
  return folder;
}

/** A database on files whose `sync` a test provides, and the lines with which it ended. */
async function openOn(folder: string, sync: (fd: number) => void) {
  const fs = durableFiles(folder, sync);
  const pglite = await PGlite.create({ fs, startParams: durableStart });
  return watched(pglite);
}

/** The same with a table, whose fsync fails like `error` while the test says so. */
async function openFailing(folder: string, error: Error) {
  const disk = { fails: false };
  const opened = await openOn(folder, (fd) => {
    if (disk.fails) throw error;
    fsyncSync(fd);
  });
  await sql`create table kept (n int8 primary key)`.execute(opened.database.kysely);
  return { ...opened, disk };
}

function watched(pglite: PGlite) {
  const ended: string[] = [];
  const database = databaseOn(pglite, (reason) => ended.push(reason.message));
  return { pglite, database, ended };
}

const put = ({ kysely }: Pick<Database, "kysely">, n: number) =>
  sql`insert into kept values (${n})`.execute(kysely);

async function kept({ kysely }: Database): Promise<number[]> {
  const { rows } = await sql<{ n: number }>`select n from kept order by n`.execute(kysely);
  return rows.map(({ n }) => n);
}

async function isOver({ database, ended }: ReturnType<typeof watched>): Promise<void> {
  await expect(put(database, 100)).rejects.toMatchObject(unavailable);
  await expect(database.transaction((tx) => put({ kysely: tx }, 101))).rejects.toMatchObject(
    unavailable,
  );
  expect(await database.isReady()).toBe(false);
  expect(ended).toHaveLength(1);
  await database.close();
}

async function keptAfterStart(folder: string): Promise<number[]> {
  const database = await openPGlite({ kind: "pglite", folder });
  const found = await kept(database);
  await database.close();
  return found;
}

test(
  "a disk that takes no more: a refusal and not a standstill, and what was acknowledged stays",
  async () => {
    const folder = await newFolder();
    const { output, errors, code } = await runLimited(10 * 1024, [filler, folder]);
    expect(errors).toBe("");
    expect(code).toBe(0);
    const lines = output.trimEnd().split("\n");
    const numbers = lines.filter((line) => /^\d+$/.test(line));
    expect(lines.slice(numbers.length)).toEqual([
      expect.stringMatching(
        /^ended: The database in DATA_DIR gave up: could not write .*too large\. /,
      ),
      "refused: database_unavailable",
      "next: database_unavailable",
      "read: database_unavailable",
      "ready: false",
      "listen: database_unavailable",
      "stop: done",
      "close: done",
    ]);

    const { kysely, close } = await openPGlite({ kind: "pglite", folder });
    const { rows } = await sql<{ rows: number; last: number }>`
    select count(*) as rows, max(n) as last from written
  `.execute(kysely);
    await close();
    expect(numbers.length).toBeGreaterThan(0);
    // The one that was refused may be there: its record was written, and only then came no more room.
    expect(rows[0]?.last).toBeGreaterThanOrEqual(numbers.length);
    expect(rows[0]?.last).toBeLessThanOrEqual(numbers.length + 1);
    expect(rows[0]?.rows).toBe(rows[0]?.last);
  },
  patience,
);

test(
  "an fsync that fails acknowledges nothing",
  async () => {
    const folder = await newFolder();
    const error = Object.assign(new Error("EIO: i/o error, fsync"), { code: "EIO" });
    const opened = await openFailing(folder, error);
    const { database, ended, disk } = opened;
    await put(database, 1);
    disk.fails = true;
    await expect(put(database, 2)).rejects.toMatchObject(unavailable);
    disk.fails = false;
    await isOver(opened);
    expect(ended[0]).toContain("could not fsync file");
    const found = await keptAfterStart(folder);
    expect(found[0]).toBe(1);
    expect(found).not.toContain(100);
    expect(found).not.toContain(101);
  },
  patience,
);

test(
  "a transaction whose fsync fails is refused, also for whoever waits for the connection",
  async () => {
    const folder = await newFolder();
    const error = Object.assign(new Error("no space"), { code: "ENOSPC" });
    const opened = await openFailing(folder, error);
    const { database, disk } = opened;
    const first = database.transaction(async (tx) => {
      await put({ kysely: tx }, 1);
      disk.fails = true;
    });
    const others = [2, 3].map((n) => database.transaction((tx) => put({ kysely: tx }, n)));
    await expect(first).rejects.toMatchObject(unavailable);
    for (const other of others) await expect(other).rejects.toMatchObject(unavailable);
    await isOver(opened);
    expect(await keptAfterStart(folder)).not.toContain(2);
  },
  patience,
);

test(
  "what breaks off inside the program is not taken for done",
  async () => {
    const folder = await newFolder();
    const opened = await openOn(folder, fsyncSync);
    const { database, pglite, ended } = opened;
    await sql`create table kept (n int8 primary key)`.execute(database.kysely);
    await put(database, 1);
    const { NODEFS } = pglite.Module as unknown as { NODEFS: { stream_ops: { write: unknown } } };
    const { write } = NODEFS.stream_ops;
    NODEFS.stream_ops.write = () => {
      throw new RangeError("canary");
    };
    await expect(put(database, 2)).rejects.toMatchObject(unavailable);
    NODEFS.stream_ops.write = write;
    await isOver(opened);
    expect(ended[0]).toContain("gave up: RangeError.");
    expect(await keptAfterStart(folder)).toEqual([1]);
  },
  patience,
);

test(
  "where a transaction cannot be left, nobody has the connection again",
  async () => {
    const opened = watched(await freshPGlite());
    const { database, pglite } = opened;
    await sql`create table kept (n int8 primary key)`.execute(database.kysely);
    pglite.exec = () => Promise.reject(new Error("on purpose"));
    const failing = database.transaction(async (tx) => {
      await put({ kysely: tx }, 1);
      await sql`select 1 /* ${1} */`.execute(tx);
    });
    const waiting = put(database, 2);
    await expect(failing).rejects.toMatchObject(unavailable);
    await expect(waiting).rejects.toMatchObject(unavailable);
    await isOver(opened);
  },
  patience,
);

test(
  "statements that fail end nothing",
  async () => {
    const { database, ended } = watched(await freshPGlite());
    const deep = `select ${"(".repeat(20_000)}1${")".repeat(20_000)}`;
    for (const statement of ["select 1/0", "nonsense", "select repeat('x', 1100000000)", deep]) {
      await expect(sql.raw(statement).execute(database.kysely)).rejects.toThrow();
    }
    expect(await database.isReady()).toBe(true);
    expect(ended).toEqual([]);
    await database.close();
    expect(ended).toEqual([]);
  },
  patience,
);
