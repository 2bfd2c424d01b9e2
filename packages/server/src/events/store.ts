import { sql, type Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";

/** The caller's transaction. */
export type Tx = Transaction<Tables>;

/** Sends on a channel when the transaction commits. */
export async function notify(tx: Tx, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(tx);
}
