import { type Kysely, sql } from "kysely";
import { type MigrationProvider, Migrator } from "kysely/migration";
import { sqlState, UnusableDatabase } from "./faults.ts";
import { migrations } from "./migrations.ts";
import type { Tables } from "./tables.ts";

const provider: MigrationProvider = { getMigrations: () => Promise.resolve({ ...migrations }) };

/**
 * Makes the migrations that are missing, all of them or none. Two processes at once are safe.
 * @returns the names of those that were made.
 * @throws UnusableDatabase when newer software made the tables; else what the database said.
 */
export async function migrate(kysely: Kysely<Tables>): Promise<string[]> {
  refuseNewer(await madeIn(kysely));
  const { error, results } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error !== undefined) {
    throw error instanceof Error ? error : new Error("a migration failed", { cause: error });
  }
  return (results ?? []).map(({ migrationName }) => migrationName);
}

/**
 * Makes sure that the tables are those that this software knows.
 * @throws UnusableDatabase when migrations are missing, or when newer software made some.
 */
export async function requireMigrated(kysely: Kysely<Tables>): Promise<void> {
  const made = await madeIn(kysely);
  refuseNewer(made);
  const missing = Object.keys(migrations).filter((name) => !made.includes(name));
  if (missing.length > 0) {
    throw new UnusableDatabase(
      `The database lacks ${missing.length} of ${Object.keys(migrations).length} migrations: run portafilter migrate, then start again.`,
    );
  }
}

function refuseNewer(made: readonly string[]): void {
  const unknown = made.filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) {
    throw new UnusableDatabase(
      `The database was made by newer software, which knows ${unknown.join(", ")}: use at least that version.`,
    );
  }
}

/** The migrations that were made in a database. */
async function madeIn(kysely: Kysely<Tables>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(kysely);
    return rows.map(({ name }) => name);
  } catch (error) {
    // No such table: nobody has migrated yet.
    if (sqlState(error) === "42P01") return [];
    throw error;
  }
}
