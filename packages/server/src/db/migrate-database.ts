import { type Kysely, sql } from "kysely";
import type { Log } from "../log.ts";
import { ConfigError } from "../settings.ts";
import type { MigrateConfig } from "./config.ts";
import { migrate } from "./migrate.ts";
import { openUnmigrated } from "./pglite.ts";
import { connectPostgres } from "./postgres.ts";
import type { Tables } from "./tables.ts";

/**
 * Makes the migrations that are missing. Where the serving process is another user, it is granted what
 * it needs: to read and write rows, and no right to change a table.
 * @returns the names of those that were made.
 * @throws UnusableDatabase when the database cannot be reached or used, ConfigError when `DATABASE_URL`
 * names no user who could be granted anything; else what the database said.
 */
export async function migrateDatabase(
  { config, servingUrl }: MigrateConfig,
  log: Log,
): Promise<string[]> {
  if (config.kind === "pglite") {
    const database = await openUnmigrated(config);
    return migrate(database.kysely).finally(() => database.close());
  }
  const servingUser = servingUrl === undefined ? undefined : userOf(servingUrl);
  // A change of tables may take long, but must not hold everybody up while it waits for its turn.
  const kysely = await connectPostgres({ ...config, statementTimeout: 0, pool: 2 }, log);
  try {
    const made = await migrate(kysely);
    if (servingUser !== undefined) await grantUse(kysely, servingUser);
    return made;
  } finally {
    await kysely.destroy();
  }
}

function userOf(url: string): string {
  const name = decodeURIComponent(new URL(url).username);
  if (name === "") throw new ConfigError("DATABASE_URL must name the user that serves");
  return name;
}

/** Again after each migration: there may be new tables. */
async function grantUse(kysely: Kysely<Tables>, user: string): Promise<void> {
  const { rows } = await sql<{ schema: string; self: boolean }>`
    select current_schema() as schema, current_user = ${user} as self
  `.execute(kysely);
  const [found] = rows;
  if (found === undefined || found.self) return;
  const schema = sql.id(found.schema);
  const role = sql.id(user);
  const own = [
    sql.id(found.schema, "kysely_migration"),
    sql.id(found.schema, "kysely_migration_lock"),
  ];
  await kysely.transaction().execute(async (tx) => {
    await sql`grant usage on schema ${schema} to ${role}`.execute(tx);
    await sql`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`.execute(
      tx,
    );
    await sql`grant usage, select on all sequences in schema ${schema} to ${role}`.execute(tx);
    for (const table of own) {
      await sql`revoke insert, update, delete on ${table} from ${role}`.execute(tx);
    }
  });
}
