import type { Kysely, Transaction } from "kysely";
import type { PoolState } from "./pool-state.ts";
import type { Tables } from "./tables.ts";

/**
 * Where accounts and secrets are kept: PGlite in a folder, or PostgreSQL.
 *
 * A database that cannot be reached, is too slow or gives up is `Problem("database_unavailable")`; what
 * it says about a statement, such as a value that must be unique, comes as it is (`faults.ts`).
 */
export type Database = Readonly<{
  /** For single statements. */
  kysely: Kysely<Tables>;
  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. PGlite has
   * one connection, so there everything else waits meanwhile. Nothing inside may use `kysely` or open
   * another transaction; that is an error on every database. After a deadlock `work` is run again, up
   * to three times in all, so what it does outside the database must bear repetition.
   */
  transaction<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * Listens on a channel of NOTIFY until the returned function is called, whatever becomes of the
   * connection. `onLost` is called when the connection is lost and when it is there again: what was
   * sent in between did not arrive.
   */
  listen(
    channel: string,
    on: (payload: string) => void,
    onLost: () => void,
  ): Promise<() => Promise<void>>;
  /** Whether the database answers. Never rejects. */
  isReady(): Promise<boolean>;
  /** Connections of the pool and who waits for one; undefined where there is no pool. For metrics. */
  poolState(): PoolState | undefined;
  close(): Promise<void>;
}>;
