import { sql } from "kysely";
import { sessionStands } from "../../accounts/sessions/store.ts";
import type { Audit, AuditEvent } from "../../audit/audit.ts";
import { adding } from "../../audit/store.ts";
import { fixed } from "../../db/fixed.ts";
import type { Allowance } from "../contents.ts";
import type { Db } from "../store.ts";
import { digest, grantFields, milliseconds, saltOf } from "./columns.ts";

/** A secret that an app asks for, of a head that is known. */
export type Again = Readonly<{
  /** What is to be written down, and of whose secret. */
  event: AuditEvent & Readonly<{ app: string }>;
  /** Digest of what the app has loaded. */
  loads: string;
  /** Hash of the token to be confirmed as theirs, in hexadecimal; null where it was. */
  token: string | null;
  /** The moment at which the grant must not be over, in milliseconds of the epoch. */
  now: number;
  /** The head that must be in place, and the key that it is sealed under. */
  head: Readonly<{ salt: Uint8Array; dekId: Uint8Array; edition: number }>;
  /** What that says. */
  secret: Readonly<{ id: string; name: string; latest: number; oldest: number; digest: string }>;
}>;

/** What is stored of it. */
export type Taken = Readonly<{ record: Uint8Array; grants: readonly Allowance[] }>;

type Row = Readonly<{
  user_id: string;
  record: Uint8Array | null;
  grants: readonly (readonly [string, number | null, string | null])[] | null;
  written: boolean;
}>;

/**
 * An account's events are added only if all that it asks for here is as it was. `limit` lets the database
 * plan the inner statement as it does for one.
 */
const askedAgain = fixed(sql<Row>`with asked as materialized (
    select a.at, a.user_id, seen.record, seen.grants
    from json_to_recordset(${null}::text::json) as a(
      at int, user_id text, token text, app text, loads text, now timestamptz, salt text, dek_id text,
      edition bigint, id text, name text, latest bigint, oldest bigint, digest text)
    left join lateral (
      select l.record, g.list as grants
      from secret_contents c
      join secret s on s.user_id = c.user_id
      join secret_version l on l.secret_id = s.id and l.version = s.latest
      cross join lateral (
        select json_agg(json_build_array(m.app, ${milliseconds("m.until")}, m.loads)) as list,
          ${grantFields} as fields,
          bool_or(m.app = a.app and m.loads = a.loads
            and (m.until is null or m.until > a.now)) as may
        from secret_grant m where m.user_id = s.user_id and m.secret_id = s.id) as g
      where c.user_id = a.user_id and c.edition = a.edition
        and c.dek_id = decode(a.dek_id, 'hex') and ${saltOf("c.record")} = decode(a.salt, 'hex')
        and s.id = a.id and s.name = a.name and s.latest = a.latest and s.oldest = a.oldest
        and g.may and ${digest("g.fields")} = decode(a.digest, 'hex')
        and (a.token is null or ${sessionStands(sql`a.user_id`, sql`a.token`)})
      limit 1) as seen on true
  ), ${adding(
    sql.val(null),
    sql.val(null),
    sql`m.user_id not in (select user_id from asked where record is null)`,
  )}
  select a.user_id, a.record, a.grants, a.user_id in (select user_id from moved) as written
  from asked a order by a.at`);

/**
 * Reads records in use whose rows are what a known head says, and writes down that their values leave: one
 * statement for several who ask at the same moment, answers in their order. Null for whom nothing was written,
 * because something changed, the app has no grant or has loaded something else, the sign-in has ended, or the end of the audit list is not
 * in memory: all of that is to be looked at anew.
 */
export async function seeAgain(
  db: Db,
  audit: Pick<Audit, "along">,
  asked: readonly Again[],
): Promise<(Taken | null)[]> {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const items = asked.map(({ event, token, loads, now, head, secret }, at) => {
    const who = { at, user_id: event.userId, token, app: event.app, loads };
    const inPlace = { salt: hex(head.salt), dek_id: hex(head.dekId), edition: head.edition };
    return { ...secret, ...who, ...inPlace, now: new Date(now).toISOString() };
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
  return asked.map(({ event }, at) => {
    const { record = null, grants = null } = rows[at] ?? {};
    if (record === null || grants === null || !written.has(event.userId)) return null;
    return { record, grants: grants.map(([app, until, loads]) => ({ app, until, loads })) };
  });
}
