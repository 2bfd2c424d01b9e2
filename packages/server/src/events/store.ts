import { type RawBuilder, sql, type Transaction } from "kysely";
import { fixed } from "../db/fixed.ts";
import type { Tables } from "../db/tables.ts";

/** The caller's transaction. */
export type Tx = Transaction<Tables>;

export const channel = "portafilter_account";

/** Sends a list of notices, in JSON, as part of another statement: its rows must be counted, else it may not run. */
export const notices = (list: RawBuilder<unknown>) => sql`
  select pg_notify(${sql.lit(channel)}, notice)
  from json_array_elements_text(${list}::text::json) as notice`;

const notified = fixed(notices(sql.val(null)));

/** Sends when the transaction commits. */
export async function notify(tx: Tx, notice: string): Promise<void> {
  await notified(tx, JSON.stringify([notice]));
}
