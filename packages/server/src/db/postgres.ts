import { Kysely, PostgresDialect, sql } from "kysely";
import { Client, Pool, types } from "pg";
import type { Log } from "../log.ts";
import type { PostgresConfig } from "./config.ts";
import type { Database } from "./database.ts";
import { safeInteger } from "./pglite.ts";
import type { Tables } from "./tables.ts";
import { type Connections, guarded, inTransaction } from "./transactions.ts";

/** Opens a pool to PostgreSQL. */
export async function openPostgres(config: PostgresConfig, log: Log): Promise<Database> {
  const pool = new Pool({
    connectionString: config.url,
    application_name: "portafilter",
    max: config.pool,
    keepAlive: true,
    connectionTimeoutMillis: config.connectTimeout,
    statement_timeout: config.statementTimeout,
    lock_timeout: config.lockTimeout,
    idle_in_transaction_session_timeout: config.idleInTransactionTimeout,
    types: { getTypeParser: parserOf },
  });
  // Without a listener a connection that breaks would end the process, idle or between two statements.
  pool.on("connect", (client) =>
    client.on("error", (error) => {
      log.debug({ err: error }, "a database connection broke");
    }),
  );
  pool.on("error", () => undefined);
  const kysely = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: guarded(pool as unknown as Connections) }),
  });
  await Promise.resolve();
  return {
    kysely,
    transaction: (work) => inTransaction(kysely, work),
    async listen(channel, on) {
      const client = new Client({ connectionString: config.url });
      client.on("notification", ({ payload }) => {
        on(payload ?? "");
      });
      await client.connect();
      await client.query(`listen "${channel}"`);
      return () => client.end();
    },
    async isReady() {
      return sql`select 1`.execute(kysely).then(
        () => true,
        () => false,
      );
    },
    close: () => kysely.destroy(),
  };
}

function parserOf(...[oid, format]: Parameters<typeof types.getTypeParser>) {
  return Number(oid) === 20 ? safeInteger : types.getTypeParser(oid, format);
}
