import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import { createLog } from "../log.ts";
import type { PostgresConfig } from "./config.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { databaseOn } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import type { Tables } from "./tables.ts";
import { freshPGlite } from "./testing/pglite.ts";
import { startPostgres, type TestPostgres } from "./testing/postgres.ts";

/** Milliseconds for what is slow where many tests run at once. */
const patience = 120_000;

export type DatabaseKind = "pglite" | "postgres";

/** Opens a new, empty database with all tables; closed by itself after the test or the suite that opened it. */
export type Open = () => Promise<Database>;

/**
 * Declares a suite twice: on PGlite in memory, and on a PostgreSQL started for this file. `open` may be
 * called in a test or in `beforeAll`.
 */
export function describeDatabases(
  name: string,
  suite: (open: Open, kind: DatabaseKind) => void,
): void {
  describe(`${name} on PGlite`, () => {
    suite(closing(prepared(openTestPGlite)), "pglite");
  });
  describe(`${name} on PostgreSQL`, () => {
    let server: TestPostgres | undefined;
    beforeAll(async () => {
      server = await startPostgres();
    }, patience);
    afterAll(() => server?.stop(), patience);
    const openHere = () => openTestPostgres(server);
    suite(closing(prepared(openHere)), "postgres");
  });
}

/** The first one is opened before the tests, whose time is meant for what they test. */
function prepared(open: Open): Open {
  let first: Database | undefined;
  beforeAll(async () => {
    first = await open();
  }, patience);
  afterAll(() => first?.close(), patience);
  return async () => {
    const database = first ?? (await open());
    first = undefined;
    return database;
  };
}

/** Closes what was opened within a test after it, and what was opened before the tests at their end. */
function closing(open: Open): Open {
  const forSuite: Database[] = [];
  const forTest: Database[] = [];
  let opened = forSuite;
  const closeAll = async (databases: Database[]) => {
    await Promise.all(databases.splice(0).map((database) => database.close()));
  };
  beforeEach(() => {
    opened = forTest;
  });
  afterEach(async () => {
    opened = forSuite;
    await closeAll(forTest);
  });
  afterAll(() => closeAll(forSuite), patience);
  return async () => {
    const database = await open();
    opened.push(database);
    return database;
  };
}

async function openTestPGlite(): Promise<Database> {
  const database = databaseOn(await freshPGlite());
  await migrate(database.kysely);
  return database;
}

const templates = new WeakMap<TestPostgres, Promise<string>>();

/** The name of a database that has all tables and is there to be copied. */
export function migrated(server: TestPostgres): Promise<string> {
  const made = templates.get(server) ?? migratedDatabase(server);
  templates.set(server, made);
  return made;
}

/** A copy of a database that has all tables. */
async function openTestPostgres(server: TestPostgres | undefined): Promise<Database> {
  if (server === undefined) throw new Error("open a database in a test or in beforeAll");
  const name = await server.createDatabase(await migrated(server));
  return openPostgres(testConfig(server.url(name)), createLog("silent"));
}

async function migratedDatabase(server: TestPostgres): Promise<string> {
  const name = await server.createDatabase();
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: server.url(name) }) }),
  });
  await migrate(kysely);
  await kysely.destroy();
  return name;
}

/** Settings for a PostgreSQL at an address, with limits that a busy machine keeps. */
export function testConfig(url: string): PostgresConfig {
  return {
    kind: "postgres",
    url,
    pool: 10,
    startTimeout: 15_000,
    connectTimeout: 15_000,
    statementTimeout: 20_000,
    lockTimeout: 15_000,
    idleInTransactionTimeout: 20_000,
  };
}
