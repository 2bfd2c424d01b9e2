import { Kysely, PostgresDialect, sql } from "kysely";
import type { Log } from "../log.ts";
import type { PostgresConfig } from "./config.ts";
import type { Database } from "./database-port.ts";
import { faultOf } from "./faults.ts";
import { requireMigrated } from "./migrate.ts";
import { listenOn } from "./postgres-listener.ts";
import { createPool, untilReachable } from "./postgres-pool.ts";
import type { Tables } from "./tables.ts";
import { type Connections, guarded, inTransaction } from "./transactions.ts";

/**
 * Opens a pool to PostgreSQL, waiting a moment for a database that is coming up.
 * @throws UnusableDatabase when it cannot be reached, or when its tables are not those of this software.
 */
export async function openPostgres(config: PostgresConfig, log: Log): Promise<Database> {
  const pool = createPool(config, log);
  const kysely = await connectPostgres(config, log, pool);
  try {
    await requireMigrated(kysely);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
  return {
    kysely,
    transaction: (work) => inTransaction(kysely, work),
    listen: (channel, on, onLost) =>
      listenOn(config, channel, { on, onLost }, log).catch((error: unknown) => {
        throw faultOf(error);
      }),
    poolState: pool.poolState,
    isReady: () => takesWrites(kysely),
    close: () => kysely.destroy(),
  };
}

/**
 * A connection to PostgreSQL, whatever its tables are.
 * @throws UnusableDatabase when it cannot be reached.
 */
export async function connectPostgres(
  config: PostgresConfig,
  log: Log,
  pool: Connections = createPool(config, log),
): Promise<Kysely<Tables>> {
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded(pool) }),
  });
  try {
    await untilReachable(kysely, config.startTimeout, log);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
  return kysely;
}

/** A server that follows another one answers too, and takes no writes. */
async function takesWrites(kysely: Kysely<Tables>): Promise<boolean> {
  const asked = sql<{
    reads: string;
  }>`select current_setting('transaction_read_only') as reads`.execute(kysely);
  return asked.then(
    ({ rows: [row] }) => row?.reads === "off",
    () => false,
  );
}
