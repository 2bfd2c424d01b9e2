import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "./database.ts";
import { describeDatabases } from "./testing.ts";

const unwritable = {
  toJSON(): never {
    throw new RangeError("no value");
  },
};
/** What fails in this process, not in the database: such an error has no SQLSTATE. */
const inThisProcess = sql`select ${unwritable}::json`;
/** The database's own, of a kind that ends connections to PostgreSQL. */
const oneParameterMore = sql`select 1 /* ${1} */`;

async function table(database: Database): Promise<void> {
  await sql`create table kept (n int8 primary key)`.execute(database.kysely);
}

const put = (database: Pick<Database, "kysely">, n: number) =>
  sql`insert into kept values (${n})`.execute(database.kysely);

async function kept({ kysely }: Database): Promise<number[]> {
  const { rows } = await sql<{ n: number }>`select n from kept order by n`.execute(kysely);
  return rows.map(({ n }) => n);
}

const failing = (database: Database, n: number, how = inThisProcess) =>
  expect(
    database.transaction(async (tx) => {
      await put({ kysely: tx }, n);
      await how.execute(tx);
    }),
  ).rejects.toThrow();

const givenUp = (database: Database, n: number) =>
  expect(
    database.transaction(async (tx) => {
      await put({ kysely: tx }, n);
      throw new Error("given up");
    }),
  ).rejects.toThrow("given up");

describeDatabases("a transaction that failed in this process", (open) => {
  test("leaves no row to be seen, nor to be committed by whoever comes next", async () => {
    const database = await open();
    await table(database);
    await failing(database, 1);
    expect(await kept(database)).toEqual([]);
    await database.transaction((tx) => put({ kysely: tx }, 2));
    expect(await kept(database)).toEqual([2]);
  });

  test("takes nothing along that was acknowledged after it", async () => {
    const database = await open();
    await table(database);
    await failing(database, 1);
    await put(database, 2);
    await givenUp(database, 3);
    await database.transaction((tx) => put({ kysely: tx }, 4));
    await failing(database, 5);
    await givenUp(database, 6);
    expect(await kept(database)).toEqual([2, 4]);
  });

  test("is not committed where its error was swallowed", async () => {
    const database = await open();
    await table(database);
    const swallowing = database.transaction(async (tx) => {
      await put({ kysely: tx }, 1);
      await inThisProcess.execute(tx).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow();
    await put(database, 2);
    expect(await kept(database)).toEqual([2]);
  });

  test("keeps out of those that wait for their turn, however many fail at once", async () => {
    const database = await open();
    await table(database);
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(
      numbers.map(async (n) => {
        if (n % 4 === 0) await put(database, n);
        else if (n % 4 === 1) await failing(database, n);
        else if (n % 4 === 2) await failing(database, n, oneParameterMore);
        else await givenUp(database, n);
      }),
    );
    expect(await kept(database)).toEqual(numbers.filter((n) => n % 4 === 0));
    expect(await database.isReady()).toBe(true);
  });
});

describeDatabases("listening", (open) => {
  test("begins also beside a transaction that is given up", async () => {
    const database = await open();
    await table(database);
    const heard: string[] = [];
    let listening: Promise<unknown> = Promise.resolve();
    const beside = database.transaction(async (tx) => {
      await put({ kysely: tx }, 1);
      listening = database.listen(
        "some_channel",
        (payload) => heard.push(payload),
        () => undefined,
      );
      await new Promise((resolve) => setImmediate(resolve));
      await put({ kysely: tx }, 2);
      throw new Error("given up");
    });
    await expect(beside).rejects.toThrow("given up");
    await listening;
    await sql`select pg_notify('some_channel', 'here')`.execute(database.kysely);
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["here"]);
  });
});
