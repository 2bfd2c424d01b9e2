import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, PostgresPool, PostgresPoolClient, Transaction } from "kysely";
import { faultOf } from "./faults.ts";
import type { Tables } from "./tables.ts";

const current = new AsyncLocalStorage<{ open: boolean }>();

/**
 * Runs `work` in a transaction. A second connection asked for inside is an error: on PGlite it would
 * wait for the first for ever, on PostgreSQL it would do so as soon as the pool is used up.
 */
export async function inTransaction<T>(
  kysely: Kysely<Tables>,
  work: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return kysely.transaction().execute(async (tx) => {
    const mark = { open: true };
    try {
      return await current.run(mark, () => work(tx));
    } finally {
      mark.open = false;
    }
  });
}

/** What a driver must bring. `broken` says whether the connection is of no more use after this error. */
export type Connections = Readonly<{
  connect(): Promise<PostgresPoolClient>;
  end(): Promise<void>;
}>;

/** The pool as kysely takes it, with faults of the database as problems, and refusing nested connections. */
export function guarded(pool: Connections): PostgresPool {
  const known = new WeakMap<PostgresPoolClient, PostgresPoolClient>();
  return {
    options: {},
    end: () => pool.end(),
    async connect() {
      if (current.getStore()?.open === true) {
        throw new Error("inside a transaction, use its `tx`: it may hold the only connection");
      }
      const client = await pool.connect().catch((error: unknown) => {
        throw faultOf(error);
      });
      const guardedClient = known.get(client) ?? guardedConnection(client);
      known.set(client, guardedClient);
      return guardedClient;
    },
  };
}

function guardedConnection(client: PostgresPoolClient): PostgresPoolClient {
  return {
    async query(sql: string, parameters: readonly unknown[]) {
      try {
        return await client.query(sql, parameters);
      } catch (error) {
        throw faultOf(error);
      }
    },
    release: (destroy) => {
      client.release(destroy);
    },
  } as PostgresPoolClient;
}
