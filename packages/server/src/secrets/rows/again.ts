import { sql } from "kysely";
import { sessionStands } from "../../accounts/sessions/store.ts";
import type { Audit, AuditEvent } from "../../audit/audit.ts";
import { adding } from "../../audit/store.ts";
import { fixed } from "../../db/fixed.ts";
import type { Db } from "../store.ts";
import { mark } from "./columns.ts";

/** A secret that is used again: whose rows were verified when they had this mark. */
export type Again = Readonly<{
  /** What is to be written down, and of whose secret. */
  event: AuditEvent;
  /** Hash of the token to be confirmed as theirs, in hexadecimal; null where it was. */
  token: string | null;
  name: string;
  mark: string;
}>;

type Row = Readonly<{ user_id: string; record: Uint8Array | null; written: boolean }>;

/**
 * An account's events are added only if all that it asks for here is as it was. `limit` lets the database
 * plan the inner statement as it does for one.
 */
const askedAgain = fixed(sql<Row>`with asked as materialized (
    select a.at, a.user_id, case when seen.mark = a.mark
      and (a.token is null or ${sessionStands(sql`a.user_id`, sql`a.token`)})
      then seen.record end as record
    from json_to_recordset(${null}::text::json)
      as a(at int, user_id text, token text, name text, mark text)
    left join lateral (
      select l.record, ${mark} as mark
      from secret_contents c
      join data_key k on k.user_id = c.user_id and k.dek_id = c.dek_id
      join secret s on s.user_id = c.user_id
      join secret_version l on l.secret_id = s.id and l.version = s.latest
      where c.user_id = a.user_id and s.name = a.name limit 1) as seen on true
  ), ${adding(
    sql.val(null),
    sql.val(null),
    sql`m.user_id not in (select user_id from asked where record is null)`,
  )}
  select a.user_id, a.record, a.user_id in (select user_id from moved) as written
  from asked a order by a.at`);

/**
 * Reads records in use whose rows are as they were, and writes down that their values leave: one statement
 * for several who ask at the same moment, answers in their order. Null for whom nothing was written, because
 * something changed, the sign-in has ended, or the end of the audit list is not in memory: all of that is
 * to be looked at anew.
 */
export async function seeAgain(
  db: Db,
  audit: Pick<Audit, "along">,
  asked: readonly Again[],
): Promise<(Uint8Array | null)[]> {
  const items = asked.map(({ event, token, name, mark }, at) => {
    return { at, user_id: event.userId, token, name, mark };
  });
  let rows: readonly Row[] = [];
  const written = await audit.along(
    asked.map(({ event }) => event),
    async ({ moves, rows: lines, ends }) => {
      if (ends.length === 0) return new Set();
      rows = await askedAgain(db, JSON.stringify(items), moves, lines);
      return new Set(rows.filter((row) => row.written).map((row) => row.user_id));
    },
  );
  return asked.map(({ event }, at) =>
    written.has(event.userId) ? (rows[at]?.record ?? null) : null,
  );
}
