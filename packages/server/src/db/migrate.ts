import type { Kysely } from "kysely";
import { type MigrationProvider, Migrator } from "kysely/migration";
import { migrations } from "./migrations.ts";
import type { Tables } from "./tables.ts";

const provider: MigrationProvider = { getMigrations: () => Promise.resolve({ ...migrations }) };

/** How the tables of a database stand to what this software knows. */
export type Standing = Readonly<{
  /** Migrations that were not made yet. */
  missing: readonly string[];
  /** Migrations that were made by newer software. */
  unknown: readonly string[];
}>;

/**
 * Makes the migrations that are missing, in one transaction. Safe to be called by two processes at once.
 * @returns the names of those that were made.
 * @throws what the database said when one of them fails; then none was made.
 */
export async function migrate(kysely: Kysely<Tables>): Promise<string[]> {
  const { error, results } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error !== undefined) {
    throw error instanceof Error ? error : new Error("a migration failed", { cause: error });
  }
  return (results ?? []).map(({ migrationName }) => migrationName);
}
