import { sql } from "kysely";
import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import type { Database } from "./database.ts";
import { isUniqueViolation } from "./faults.ts";
import { describeDatabases } from "./testing.ts";

async function counter({ kysely }: Database): Promise<void> {
  await sql`create table counter (id text primary key, n int8 not null)`.execute(kysely);
}

async function rowsOf({ kysely }: Database): Promise<{ id: string; n: number }[]> {
  const { rows } = await sql<{
    id: string;
    n: number;
  }>`select id, n from counter order by id`.execute(kysely);
  return rows;
}

describeDatabases("values", (open) => {
  test("bytes, times and large numbers come back as they went in", async () => {
    const { kysely } = await open();
    const at = new Date("2026-11-25T12:34:56.789Z");
    const bytes = new Uint8Array([0, 1, 0x5c, 0xff]);
    const { rows } = await sql<{ b: Uint8Array; t: Date; n: number; none: null; yes: boolean }>`
      select ${bytes}::bytea as b, ${at}::timestamptz as t, ${2 ** 53 - 1}::int8 as n,
        ${null}::text as none, ${true}::bool as yes
    `.execute(kysely);
    const [row] = rows;
    expect(row?.b).toBeInstanceOf(Uint8Array);
    expect(new Uint8Array(row?.b ?? [])).toEqual(bytes);
    expect(row).toMatchObject({ t: at, n: 2 ** 53 - 1, none: null, yes: true });
  });

  test("a number that would not be exact is none", async () => {
    const { kysely } = await open();
    const { rows } = await sql`select 9007199254740993::int8 as n`.execute(kysely);
    expect(rows).toEqual([{ n: Number.NaN }]);
  });

  test("how many rows were changed is told", async () => {
    const database = await open();
    await counter(database);
    const insert = await sql`insert into counter values ('a', 1), ('b', 1)`.execute(
      database.kysely,
    );
    expect(insert.numAffectedRows).toBe(2n);
    const changed = await sql`update counter set n = 2 where id = 'a'`.execute(database.kysely);
    expect(changed.numAffectedRows).toBe(1n);
  });
});

describeDatabases("transactions", (open, kind) => {
  test("commits and rollbacks at once come out right, and single statements between them", async () => {
    const database = await open();
    await counter(database);
    await sql`insert into counter values ('kept', 0), ('undone', 0), ('single', 0)`.execute(
      database.kysely,
    );
    const add = async (id: string, fails: boolean) =>
      database.transaction(async (tx) => {
        const { rows } = await sql<{
          n: number;
        }>`select n from counter where id = ${id} for update`.execute(tx);
        await new Promise((resolve) => setImmediate(resolve));
        await sql`update counter set n = ${(rows[0]?.n ?? 0) + 1} where id = ${id}`.execute(tx);
        if (fails) throw new Error("on purpose");
      });
    const seesNothing = () =>
      expect(rowsOf(database)).resolves.toContainEqual({ id: "undone", n: 0 });
    const work = Array.from({ length: 30 }, async (_, i) => {
      await Promise.all([
        add("kept", false),
        expect(add("undone", true)).rejects.toThrow("on purpose"),
        sql`update counter set n = n + 1 where id = 'single'`.execute(database.kysely),
      ]);
      if (i % 10 === 0) await seesNothing();
    });
    await Promise.all([...work, seesNothing(), seesNothing()]);
    expect(await rowsOf(database)).toEqual([
      { id: "kept", n: 30 },
      { id: "single", n: 30 },
      { id: "undone", n: 0 },
    ]);
  });

  test("a transaction that goes on after a failed statement is not taken for committed", async () => {
    const database = await open();
    await counter(database);
    const swallowing = database.transaction(async (tx) => {
      await sql`insert into counter values ('a', 1)`.execute(tx);
      await sql`insert into counter values ('a', 1)`.execute(tx).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow();
    expect(await rowsOf(database)).toEqual([]);
  });

  test("a second connection asked for inside a transaction is an error, not a standstill", async () => {
    const database = await open();
    const nested = database.transaction(() => database.transaction(() => Promise.resolve()));
    await expect(nested).rejects.toThrow("inside a transaction");
    const beside = database.transaction(() => sql`select 1`.execute(database.kysely));
    await expect(beside).rejects.toThrow("inside a transaction");
    expect(await database.isReady()).toBe(true);
  });

  if (kind === "postgres")
    test("of two that wait for each other, both are done in the end", async () => {
      const database = await open();
      await counter(database);
      await sql`insert into counter values ('a', 0), ('b', 0)`.execute(database.kysely);
      const both = Promise.withResolvers<undefined>();
      let arrived = 0;
      const add = async (first: string, second: string) =>
        database.transaction(async (tx) => {
          await sql`update counter set n = n + 1 where id = ${first}`.execute(tx);
          arrived += 1;
          if (arrived === 2) both.resolve(undefined);
          await both.promise;
          await sql`update counter set n = n + 1 where id = ${second}`.execute(tx);
        });
      await Promise.all([add("a", "b"), add("b", "a")]);
      expect(await rowsOf(database)).toEqual([
        { id: "a", n: 2 },
        { id: "b", n: 2 },
      ]);
      expect(arrived).toBe(3);
    });
});

describeDatabases("notifications", (open) => {
  test("arrive when the transaction that sends them is committed, and not after the end", async () => {
    const database = await open();
    const heard: string[] = [];
    const lost: string[] = [];
    const end = await database.listen(
      "some_channel",
      (payload) => heard.push(payload),
      () => lost.push("lost"),
    );
    const send = (text: string, fails = false) =>
      database.transaction(async (tx) => {
        await sql`select pg_notify(${"some_channel"}, ${text})`.execute(tx);
        if (fails) throw new Error("on purpose");
      });
    await send("one");
    await expect(send("undone", true)).rejects.toThrow("on purpose");
    await send("two");
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["one", "two"]);
    await end();
    await send("three");
    await database.isReady();
    expect(heard).toEqual(["one", "two"]);
    expect(lost).toEqual([]);
  });
});

describeDatabases("errors", (open, kind) => {
  test("of a statement come as they are, without the values in it", async () => {
    const database = await open();
    await counter(database);
    const insert = (id: string) =>
      sql`insert into counter values (${id}, 1)`.execute(database.kysely);
    await insert("canary-1");
    const twice = await insert("canary-1").catch((error: unknown) => error);
    expect(isUniqueViolation(twice)).toBe(true);
    expect(isUniqueViolation(twice, "counter_pkey")).toBe(true);
    expect(isUniqueViolation(twice, "other")).toBe(false);
    const odd = await sql`select ${"canary-2"}::text::int8`
      .execute(database.kysely)
      .catch((error: unknown) => error);
    expect(odd).toBeInstanceOf(Error);
    expect(odd).not.toBeInstanceOf(Problem);
    for (const error of [twice, odd]) {
      const { message, stack, ...rest } = error as Error;
      expect(`${message} ${stack} ${JSON.stringify(rest)}`).not.toContain("canary");
    }
  });

  test("a database that is closed is not ready", async () => {
    const database = await open();
    await database.close();
    expect(await database.isReady()).toBe(false);
  });

  if (kind === "postgres")
    test("of the database's limits are problems, and it works on", async () => {
      const database = await open();
      const slow = sql`select set_config('statement_timeout', '50', true), pg_sleep(0)`;
      const late = database.transaction(async (tx) => {
        await slow.execute(tx);
        await sql`select pg_sleep(10)`.execute(tx);
      });
      await expect(late).rejects.toMatchObject({ code: "database_unavailable" });
      const paused = database.transaction(async (tx) => {
        await sql`select set_config('idle_in_transaction_session_timeout', '50', true)`.execute(tx);
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        await sql`select 1`.execute(tx);
      });
      await expect(paused).rejects.toMatchObject({ code: "database_unavailable" });
      expect(await database.isReady()).toBe(true);
    });
});
