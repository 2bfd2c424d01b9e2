import { type Kysely, type PostgresPoolClient, sql } from "kysely";
import { type ClientConfig, Pool, type PoolClient, types } from "pg";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import type { PostgresConfig } from "./config.ts";
import { sqlState, UnusableDatabase } from "./faults.ts";
import type { PoolState } from "./pool-state.ts";
import { createPreparing } from "./prepared.ts";
import type { Tables } from "./tables.ts";
import type { Connections } from "./transactions.ts";
import { int8, safeInteger } from "./values.ts";

/** What every connection is told, whatever it is for. */
export function clientConfig(config: PostgresConfig): ClientConfig {
  return {
    connectionString: config.url,
    application_name: "portafilter",
    keepAlive: true,
    connectionTimeoutMillis: config.connectTimeout,
  };
}

/** A pool of connections, each of which gives up on what takes too long, and none of which ends the process. */
export function createPool(config: PostgresConfig, log: Log): Connections & Pooled {
  const pool = new Pool({
    ...clientConfig(config),
    max: config.pool,
    statement_timeout: config.statementTimeout,
    lock_timeout: config.lockTimeout,
    idle_in_transaction_session_timeout: config.idleInTransactionTimeout,
    // A network that swallows everything is told from a slow statement by what comes two seconds later.
    ...(config.statementTimeout > 0 ? { query_timeout: config.statementTimeout + 2_000 } : {}),
    types: { getTypeParser: parserOf },
  });
  const onError = (error: Error) => {
    log.debug({ err: error }, "a connection to the database broke");
  };
  // Without a listener, a connection that breaks would end the process: while it is idle, and also
  // while it is in use, between two statements.
  pool.on("error", onError);
  pool.on("connect", (client) => client.on("error", onError));
  const preparing = createPreparing();
  const known = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    async connect() {
      const client = await pool.connect();
      const connection = known.get(client) ?? preparing(client);
      known.set(client, connection);
      return connection;
    },
    end: () => pool.end(),
    poolState: () => ({
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
  };
}

type Pooled = Readonly<{ poolState: () => PoolState }>;

function parserOf(...[oid, format]: Parameters<typeof types.getTypeParser>) {
  const usual = types.getTypeParser(oid, format) as (text: string) => unknown;
  return (oid as number) === int8 ? safeInteger : usual;
}

/**
 * Waits until the database answers, which after a start of both takes a moment.
 * @throws UnusableDatabase when it does not in time, or will not with these settings.
 */
export async function untilReachable(
  kysely: Kysely<Tables>,
  timeout: number,
  log: Log,
): Promise<void> {
  const end = Date.now() + timeout;
  for (;;) {
    const error = await sql`select 1`.execute(kysely).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return;
    const cause = error instanceof Problem ? error.cause : error;
    const line = hopeless(sqlState(cause));
    if (line !== undefined) throw new UnusableDatabase(line, { cause });
    if (Date.now() >= end) {
      const line = `The database cannot be reached${reasonOf(cause)}.`;
      throw new UnusableDatabase(line, { cause, isAway: true });
    }
    log.info({ err: cause }, "the database cannot be reached yet");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function hopeless(state: string | undefined): string | undefined {
  if (state?.startsWith("28") === true) return "The database refuses the user or the password.";
  return state === "3D000" ? "There is no database of that name." : undefined;
}

/** A code such as ECONNREFUSED. The message is left out: it may repeat parts of the address. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z0-9_]+$/.test(code) ? ` (${code})` : "";
}
