import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, PostgresPool, PostgresPoolClient, Transaction } from "kysely";
import { breaksConnection, faultOf, isLostRace } from "./faults.ts";
import type { Tables } from "./tables.ts";

const current = new AsyncLocalStorage<{ open: boolean }>();

/** How often a transaction is run that loses against others. */
const runs = 3;

/**
 * Runs `work` in a transaction. A second connection asked for inside is an error: on PGlite it would
 * wait for the first for ever, on PostgreSQL it would do so as soon as the pool is used up.
 */
export async function inTransaction<T>(
  kysely: Kysely<Tables>,
  work: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  for (let run = 1; ; run += 1) {
    try {
      return await kysely.transaction().execute((tx) => marked(() => work(tx)));
    } catch (error) {
      if (run === runs || !isLostRace(error)) throw error;
    }
  }
}

async function marked<T>(work: () => Promise<T>): Promise<T> {
  const mark = { open: true };
  try {
    return await current.run(mark, work);
  } finally {
    mark.open = false;
  }
}

/** @throws Error when it is called inside a transaction. */
export function refuseInTransaction(): void {
  if (current.getStore()?.open === true) {
    throw new Error("inside a transaction, use its `tx`: it may hold the only connection");
  }
}

/**
 * What a driver must bring. A connection that is released, with `destroy` or without it, must not reach
 * anybody else with a transaction open.
 */
export type Connections = Pick<PostgresPool, "connect" | "end">;

/** The pool as kysely takes it, with faults of the database as problems, and refusing nested connections. */
export function guarded(pool: Connections): PostgresPool {
  // Kysely knows a connection by its identity.
  const known = new WeakMap<PostgresPoolClient, PostgresPoolClient>();
  return {
    options: {},
    end: () => pool.end(),
    async connect() {
      refuseInTransaction();
      const client = await pool.connect().catch((error: unknown) => {
        throw faultOf(error);
      });
      const connection = known.get(client) ?? guardedConnection(client);
      known.set(client, connection);
      return connection;
    },
  };
}

function guardedConnection(client: PostgresPoolClient): PostgresPoolClient {
  let broke: unknown;
  const query = async (sql: string, parameters: readonly unknown[]) => {
    // What is sent to a connection that stopped answering would wait as long as what was sent before.
    // That goes for the rollback too: whoever takes the connection back has to end its transaction.
    if (broke !== undefined) throw faultOf(broke);
    try {
      return await client.query(sql, parameters);
    } catch (error) {
      if (breaksConnection(error)) broke = error;
      throw faultOf(error);
    }
  };
  return {
    query: query as PostgresPoolClient["query"],
    release: (destroy = false) => {
      client.release(destroy || broke !== undefined);
    },
  };
}
