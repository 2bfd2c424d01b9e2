import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Tables } from "../db/tables.ts";
import { createLastUses, type GrantUse } from "./last-uses.ts";

/** A database that notes which uses come to it, and does with them what a test wants. */
function setUp(write: (uses: readonly GrantUse[]) => Promise<void> = () => Promise.resolve()) {
  const asked: GrantUse[][] = [];
  const query = async (_: string, [uses]: readonly [string]) => {
    asked.push(JSON.parse(uses) as GrantUse[]);
    await write(asked.at(-1) ?? []);
    return { command: "UPDATE", rowCount: 0, rows: [] };
  };
  const connection = { query, release: () => undefined };
  const pool = { options: {}, end: () => undefined, connect: () => Promise.resolve(connection) };
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }),
  });
  const log = { warn: vi.fn() };
  const sizes = () => asked.map((uses) => uses.length);
  return { asked, sizes, log, ...createLastUses({ kysely }, log) };
}

/** The same, where every statement waits until it is let go. */
function setUpHeld() {
  const held: (() => void)[] = [];
  const set = setUp(() => new Promise<void>((resolve) => void held.push(resolve)));
  /** Lets the statement go that has waited longest, as soon as there is one. */
  const letGo = async () => {
    await expect.poll(() => held.length).toBeGreaterThan(0);
    held.shift()?.();
  };
  return { ...set, held, letGo };
}

const use = (n: number, at = n): GrantUse => ({ secretId: `s${n}`, app: "app-1", at });

test("uses are written in portions, each grant once", async () => {
  const { sizes, note, flush, log } = setUp();
  for (let n = 0; n < 450; n += 1) note(use(n));
  for (let n = 0; n < 450; n += 1) note(use(n));
  await flush();
  expect(sizes()).toEqual([200, 200, 50]);
  await flush();
  expect(sizes()).toHaveLength(3);
  expect(log.warn).not.toHaveBeenCalled();
});

test("what could not be written is told by its number", async () => {
  let statements = 0;
  const { sizes, note, flush, log } = setUp(() => {
    statements += 1;
    return statements === 2 ? Promise.reject(new Error("no database")) : Promise.resolve();
  });
  for (let n = 0; n < 450; n += 1) note(use(n));
  await flush();
  expect(sizes()).toEqual([200, 200]);
  expect(log.warn).toHaveBeenCalledWith(
    expect.objectContaining({ uses: 250 }),
    "last uses of grants were not written",
  );
  // The next ones are written all the same.
  note(use(1));
  await flush();
  expect(sizes()).toEqual([200, 200, 1]);
});

test("however slow the database is, one statement is under way, and what is noted meanwhile goes together", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { asked, note, flush, held } = setUpHeld();
  for (let at = 0; at < 20; at += 1) {
    note(use(1, at));
    if (at > 10) note(use(2, at));
    await vi.advanceTimersByTimeAsync(2_000);
  }
  expect(asked).toEqual([[use(1, 0)]]);
  const done = flush();
  held[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  held[1]?.();
  await done;
  expect(asked).toEqual([[use(1, 0)], [use(1, 19), use(2, 19)]]);
});

test("before the end all is written, also what is noted while others are", async () => {
  const { asked, note, flush, letGo } = setUpHeld();
  note(use(1));
  void flush();
  await expect.poll(() => asked.length).toBe(1);
  note(use(2));
  const done = flush();
  note(use(3));
  await letGo();
  await letGo();
  await done;
  expect(asked.flat()).toEqual([use(1), use(2), use(3)]);
});

test("whoever reads is told of what is not written, waits for nothing, and misses nothing that is written meanwhile", async () => {
  const { asked, note, flush, unwritten, letGo } = setUpHeld();
  expect(unwritten()("s1", "app-1")).toBeNull();
  note(use(1, 10));
  const noted = unwritten();
  const done = flush();
  await expect.poll(() => asked.length).toBe(1);
  const writing = unwritten();
  note(use(1, 20));
  expect(unwritten()("s1", "app-1")).toBe(20);
  expect(unwritten()("s1", "app-2")).toBeNull();
  await letGo();
  await done;
  expect(noted("s1", "app-1")).toBe(10);
  // What came later is not wrong either.
  expect(writing("s1", "app-1")).toBe(20);
  void flush();
  await letGo();
  await flush();
  expect(unwritten()("s1", "app-1")).toBeNull();
});

test("one that is settled waits for one statement at most, and is not written again afterwards", async () => {
  const { asked, note, flush, settle, letGo } = setUpHeld();
  for (let n = 0; n < 450; n += 1) note(use(n));
  const done = flush();
  await expect.poll(() => asked.length).toBe(1);
  // Of those under way, of those that are to come, and of those that nobody has begun to write.
  note(use(0, 1_000));
  note(use(500));
  const settled = Promise.all([0, 300, 500].map((n) => settle(`s${n}`, "app-1")));
  await expect.poll(() => asked.length).toBe(2);
  expect(asked[1]).toEqual([use(500)]);
  await letGo();
  await letGo();
  await expect.poll(() => asked.length).toBe(5);
  const ones = asked.filter(({ length }) => length === 1).flat();
  expect(ones).toEqual([use(500), use(0, 1_000), use(300)]);
  for (let n = 0; n < 3; n += 1) await letGo();
  await settled;
  await letGo();
  await done;
  void flush();
  expect(asked.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([
    1, 1, 1, 50, 199, 200,
  ]);
  // Nothing of it is left.
  await settle("s0", "app-1");
  expect(asked).toHaveLength(6);
});

test("one that cannot be settled is told, and stops nobody", async () => {
  const { note, settle, log } = setUp(() => Promise.reject(new Error("no database")));
  note(use(1));
  await settle("s1", "app-1");
  expect(log.warn).toHaveBeenCalledWith(
    expect.objectContaining({ uses: 1 }),
    "last uses of grants were not written",
  );
});
