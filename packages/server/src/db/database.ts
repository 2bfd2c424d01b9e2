import type { Log } from "../log.ts";
import type { DatabaseConfig } from "./config.ts";
import type { Database } from "./database-port.ts";
import { openPGlite } from "./pglite.ts";
import type { OnEnd } from "./pglite-life.ts";
import { openPostgres } from "./postgres.ts";

export type { Database } from "./database-port.ts";

/**
 * Opens the database that the settings name. On PGlite, migrations are made now.
 * @param onEnd - told when PGlite gave up, as with a full disk: every statement is refused from then on,
 * and only a new start of the process helps. PostgreSQL is another process and is found again.
 * @throws UnusableDatabase, one line for people, when the database cannot be reached (`isAway`), refuses
 * the user or cannot be opened, when the folder is in use, or when the tables are not those of this
 * software.
 */
export function openDatabase(config: DatabaseConfig, log: Log, onEnd?: OnEnd): Promise<Database> {
  return config.kind === "pglite" ? openPGlite(config, onEnd) : openPostgres(config, log);
}
