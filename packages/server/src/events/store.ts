import { sql, type Transaction } from "kysely";
import { fixed } from "../db/fixed.ts";
import type { Tables } from "../db/tables.ts";

/** The caller's transaction. */
export type Tx = Transaction<Tables>;

const notified = fixed(sql`select pg_notify(${null}, ${null})`);

/** Sends on a channel when the transaction commits. */
export async function notify(tx: Tx, channel: string, payload: string): Promise<void> {
  await notified(tx, channel, payload);
}
