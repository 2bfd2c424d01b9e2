import { sql } from "kysely";
import { adding, type Draft } from "../../audit/store.ts";
import { fixed } from "../../db/fixed.ts";
import { notices } from "../../events/store.ts";
import { only } from "../rows/store.ts";
import type { Tx } from "../store.ts";

const lastWritten = fixed(sql<{ isWritten: boolean }>`with head as (
    update secret_contents set edition = ${null}, record = ${null} where user_id = ${null}
  ), sent as materialized (${notices(sql.val(null))}
  ), ${adding(sql.val(null), sql.val(null), sql`true`)}
  select exists (select from moved) as "isWritten", (select count(*) from sent) as sent`);

/**
 * Puts a user's head in place, where there is another one; sends notices when the transaction commits; and adds
 * to the audit list. @returns whether it did the last.
 */
export async function writeLast(
  tx: Tx,
  userId: string,
  {
    head,
    notices,
    draft: { moves, rows },
  }: Readonly<{
    head: Readonly<{ edition: number; record: Uint8Array }> | null;
    notices: readonly string[];
    draft: Draft;
  }>,
): Promise<boolean> {
  const place = head === null ? [null, null, null] : [head.edition, head.record, userId];
  const found = await lastWritten(tx, ...place, JSON.stringify(notices), moves, rows);
  return only(found).isWritten;
}
