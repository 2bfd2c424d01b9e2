import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { expect, test, vi } from "vitest";
import type { Tables } from "../db/tables.ts";
import { createLastUses, type GrantUse } from "./last-uses.ts";

/** A database that notes how many uses each statement writes, and refuses those after `most`. */
function setUp(most = Number.POSITIVE_INFINITY) {
  const written: number[] = [];
  const kysely = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ level, query: { parameters } }) => {
      if (level !== "query") return;
      if (written.length === most) throw new Error("no database");
      written.push((JSON.parse(parameters[0] as string) as GrantUse[]).length);
    },
  });
  const log = { warn: vi.fn() };
  return { written, log, ...createLastUses({ kysely }, log) };
}

const use = (n: number): GrantUse => ({ secretId: `s${n}`, app: "app-1", at: n });

test("uses are written in portions, each grant once", async () => {
  const { written, note, flush, log } = setUp();
  for (let n = 0; n < 450; n += 1) note(use(n));
  for (let n = 0; n < 450; n += 1) note(use(n));
  await flush();
  expect(written).toEqual([200, 200, 50]);
  await flush();
  expect(written).toHaveLength(3);
  expect(log.warn).not.toHaveBeenCalled();
});

test("what could not be written is told by its number", async () => {
  const { written, note, flush, log } = setUp(1);
  for (let n = 0; n < 450; n += 1) note(use(n));
  await flush();
  expect(written).toEqual([200]);
  expect(log.warn).toHaveBeenCalledWith(
    expect.objectContaining({ uses: 250 }),
    "last uses of grants were not written",
  );
});
