import type { Log } from "../log.ts";
import type { DatabaseConfig } from "./config.ts";
import type { Database } from "./database-port.ts";
import { openPGlite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";

export type { Database } from "./database-port.ts";

/**
 * Opens the database that the settings name. On PGlite, migrations are made now.
 * @throws UnusableDatabase, one line for people, when the folder is in use, or when the tables are not
 * those of this software.
 */
export function openDatabase(config: DatabaseConfig, log: Log): Promise<Database> {
  return config.kind === "pglite" ? openPGlite(config) : openPostgres(config, log);
}
