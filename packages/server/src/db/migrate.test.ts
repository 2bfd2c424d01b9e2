import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createLog } from "../log.ts";
import { type Database, openDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import { migrateDatabase } from "./migrate-database.ts";
import { migrations } from "./migrations.ts";
import { databaseOn } from "./pglite.ts";
import { freshPGlite } from "./testing/pglite.ts";
import { startPostgres, type TestPostgres } from "./testing/postgres.ts";
import { testConfig } from "./testing.ts";

const log = createLog("silent");
const all = Object.keys(migrations);
let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
}, 120_000);
afterAll(() => server.stop());

/** An empty database, and what is needed to migrate it. */
async function empty() {
  const name = await server.createDatabase();
  const config = testConfig(server.url(name));
  return { name, config, order: { config, servingUrl: undefined } };
}

async function open(config: Parameters<typeof openDatabase>[0]) {
  const database = await openDatabase(config, log);
  onTestFinished(() => database.close());
  return database;
}

/** Columns and indexes, as the database tells them. */
async function shape({ kysely }: Database) {
  const columns = await sql<Record<string, string>>`
    select table_name, column_name, data_type, is_nullable, column_default, collation_name
    from information_schema.columns where table_schema = 'public' order by table_name, column_name
  `.execute(kysely);
  const indexes = await sql<Record<string, string>>`
    select indexdef from pg_indexes where schemaname = 'public' order by indexdef
  `.execute(kysely);
  return { columns: columns.rows, indexes: indexes.rows };
}

test("the tables are the same on PGlite and on PostgreSQL", async () => {
  const { config, order } = await empty();
  await migrateDatabase(order, log);
  const pglite = databaseOn(await freshPGlite());
  onTestFinished(() => pglite.close());
  await migrate(pglite.kysely);
  const found = await shape(pglite);
  expect(found.columns.length).toBeGreaterThan(20);
  expect(found).toEqual(await shape(await open(config)));
}, 120_000);

test("a database that lacks tables is refused, and one line says what to do", async () => {
  const { config, order } = await empty();
  await expect(open(config)).rejects.toThrow(
    /^The database lacks .* run portafilter migrate, then start again.$/,
  );
  expect(await migrateDatabase(order, log)).toEqual(all);
  expect(await (await open(config)).isReady()).toBe(true);
  expect(await migrateDatabase(order, log)).toEqual([]);
});

test("a database of newer software is refused, for serving and for migrating", async () => {
  const { config, order, name } = await empty();
  await migrateDatabase(order, log);
  await server.query("insert into kysely_migration values ('0999-future', '2027-01-01')", name);
  const newer =
    /^The database was made by newer software, which knows 0999-future: use at least that version.$/;
  await expect(open(config)).rejects.toThrow(newer);
  await expect(migrateDatabase(order, log)).rejects.toThrow(newer);
});

test("of many that migrate at once, each migration is made by one", async () => {
  const { config, order } = await empty();
  const made = await Promise.all([1, 2, 3, 4].map(() => migrateDatabase(order, log)));
  expect(made.flat().sort()).toEqual(all);
  await open(config);
});

test("the user that serves may read and write rows, and change no table", async () => {
  const { name, config } = await empty();
  await server.query("create role serving login");
  const servingUrl = server.url(name, "serving");
  await migrateDatabase({ config, servingUrl }, log);
  const database = await open(testConfig(servingUrl));
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
  `.execute(database.kysely);
  expect(rows.length).toBeGreaterThan(5);
  for (const table of rows) {
    const id = sql.id(table.name);
    await sql`select * from ${id} for update`.execute(database.kysely);
    await sql`insert into ${id} select * from ${id}`.execute(database.kysely);
    await sql`delete from ${id} where false`.execute(database.kysely);
    const others = [sql`alter table ${id} add x int`, sql`drop table ${id}`, sql`truncate ${id}`];
    for (const other of others) {
      await expect(other.execute(database.kysely)).rejects.toMatchObject({ code: "42501" });
    }
  }
  const more = [
    sql`create table more (n int)`,
    sql`delete from kysely_migration`,
    sql`alter role serving superuser`,
  ];
  for (const one of more) {
    await expect(one.execute(database.kysely)).rejects.toMatchObject({ code: "42501" });
  }
  expect(await database.isReady()).toBe(true);
});

test("PGlite's folder is migrated when it is opened, and stays so", async () => {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const config = { kind: "pglite", folder: join(dir, "db") } as const;
  const database = await openDatabase(config, log);
  const migrating = migrateDatabase({ config, servingUrl: undefined }, log);
  await expect(migrating).rejects.toThrow(`in use by process ${process.pid}`);
  await database.close();
  expect(await migrateDatabase({ config, servingUrl: undefined }, log)).toEqual([]);
}, 120_000);
