import { sql } from "kysely";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createLog } from "../log.ts";
import { readDatabaseConfig } from "./config.ts";
import { openDatabase } from "./database.ts";
import { startPostgres, type TestPostgres } from "./testing/postgres.ts";
import { migrated } from "./testing.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
}, 120_000);
afterAll(() => server.stop());

/** A pool of one connection on a database of its own, opened by the settings. */
async function open(settings: NodeJS.ProcessEnv) {
  const name = await server.createDatabase(await migrated(server));
  const env = { DATABASE_URL: server.url(name), DATABASE_POOL: "1", ...settings };
  const database = await openDatabase(readDatabaseConfig(env), createLog("silent"));
  onTestFinished(() => database.close());
  return database;
}

/** Whether the server has a connection, by the number of its process. */
const isThere = async (pid: number | undefined) =>
  (await server.query(`select from pg_stat_activity where pid = ${String(pid)}`)).length === 1;

test("a statement that takes longer than its setting is ended by the server, and its connection goes on", async () => {
  const { kysely } = await open({ DATABASE_STATEMENT_TIMEOUT: "0.2" });
  const connection = async () =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(kysely)).rows;
  const before = await connection();
  // Given up by us alone, it would go on at the server, and the cause would have no SQLSTATE.
  await expect(sql`select pg_sleep(60)`.execute(kysely)).rejects.toMatchObject({
    code: "database_unavailable",
    cause: { code: "57014" },
  });
  expect(await connection()).toEqual(before);
});

test("a transaction that pauses longer than its setting is ended, gives free what it held, and the pool goes on", async () => {
  const { kysely, transaction, isReady } = await open({
    DATABASE_IDLE_IN_TRANSACTION_TIMEOUT: "0.2",
  });
  await sql`create table kept (n int8)`.execute(kysely);
  await sql`insert into kept values (0)`.execute(kysely);
  const paused = transaction(async (tx) => {
    const held = sql<{ pid: number }>`update kept set n = 1 returning pg_backend_pid() as pid`;
    const [row] = (await held.execute(tx)).rows;
    expect(await isThere(row?.pid)).toBe(true);
    await expect.poll(() => isThere(row?.pid), { timeout: 10_000 }).toBe(false);
    await sql`select 1`.execute(tx);
  });
  await expect(paused).rejects.toMatchObject({ code: "database_unavailable" });
  expect(await isReady()).toBe(true);
  await sql`update kept set n = n + 2`.execute(kysely);
  expect((await sql`select n from kept`.execute(kysely)).rows).toEqual([{ n: 2 }]);
});
