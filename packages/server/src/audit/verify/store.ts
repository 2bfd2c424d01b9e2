import { type Kysely, sql } from "kysely";
import type { Tables } from "../../db/tables.ts";
import type { SealedHead } from "../chain.ts";
import { millisecondsOf, type Stored, stored } from "../store.ts";

type Db = Kysely<Tables>;

/** A chain's end as it is stored, and the number of its last row; both of one moment. */
export type StoredHead = SealedHead & Readonly<{ last: number }>;

/** How much is read at a time. */
const step = 500;

/** All ends of chains, in the order of user ids, and chains that have rows but no end. */
export async function* allHeads(db: Db): AsyncGenerator<StoredHead> {
  for (let after = ""; ; ) {
    const { rows } = await sql<HeadRow>`
      select user_id, seq, mac, head_mac,
        coalesce((select max(a.seq) from audit a where a.user_id = h.user_id), 0) as last
      from audit_head h where user_id > ${after} order by user_id limit ${step}`.execute(db);
    for (const row of rows) yield headOf(row);
    after = rows.at(-1)?.user_id ?? after;
    if (rows.length < step) return;
  }
}

/** The end of one chain; undefined when there is none. */
export async function headOfUser(db: Db, userId: string): Promise<StoredHead | undefined> {
  const { rows } = await sql<HeadRow>`
    select user_id, seq, mac, head_mac,
      coalesce((select max(a.seq) from audit a where a.user_id = h.user_id), 0) as last
    from audit_head h where user_id = ${userId}`.execute(db);
  return rows[0] && headOf(rows[0]);
}

/** Accounts with rows, but with no end of their chain. Skips from account to account. */
export async function* headless(db: Db): AsyncGenerator<string> {
  for (let after = ""; ; ) {
    const { rows } = await sql<{ user_id: string; has_head: boolean }>`
      select user_id, exists (select from audit_head h where h.user_id = u.user_id) as has_head
      from (select distinct user_id from (
        select user_id from audit where user_id > ${after} order by user_id limit 5000) w) u
      order by user_id`.execute(db);
    for (const row of rows) if (!row.has_head) yield row.user_id;
    if (rows.length === 0) return;
    after = rows.at(-1)?.user_id ?? after;
  }
}

/** Accounts that can sign in, but have no chain: every one begins with the account. */
export async function* listless(db: Db): AsyncGenerator<string> {
  for (let after = ""; ; ) {
    const { rows } = await sql<{ id: string; has_head: boolean }>`
      select id, exists (select from audit_head h where h.user_id = a.id)
        or not exists (select from account_identity i where i.user_id = a.id) as has_head
      from account a where id > ${after} order by id limit ${step}`.execute(db);
    for (const row of rows) if (!row.has_head) yield row.id;
    if (rows.length < step) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** An account's rows up to `last`, in order. */
export async function* rowsOf(db: Db, userId: string, last: number): AsyncGenerator<Stored> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom("audit")
      .selectAll()
      .where("user_id", "=", userId)
      .where("seq", ">", after)
      .where("seq", "<=", last)
      .orderBy("seq")
      .limit(step)
      .execute();
    for (const row of rows) yield stored(row);
    after = Number(rows.at(-1)?.seq ?? after);
    if (rows.length < step) return;
  }
}

/** The mark that an account's chain was deleted with it. */
export type Mark = Readonly<{ userId: string; at: number; mac: Uint8Array }>;

/** All marks. */
export async function* allMarks(db: Db): AsyncGenerator<Mark> {
  for (let after = ""; ; ) {
    const rows = await db
      .selectFrom("audit_erased")
      .selectAll()
      .where("user_id", ">", after)
      .orderBy("user_id")
      .limit(step)
      .execute();
    for (const row of rows) yield { userId: row.user_id, at: millisecondsOf(row.at), mac: row.mac };
    after = rows.at(-1)?.user_id ?? after;
    if (rows.length < step) return;
  }
}

type HeadRow = Readonly<{
  user_id: string;
  seq: string;
  mac: Uint8Array;
  head_mac: Uint8Array;
  last: string;
}>;

function headOf({ user_id, seq, mac, head_mac, last }: HeadRow): StoredHead {
  return { userId: user_id, seq: Number(seq), mac, headMac: head_mac, last: Number(last) };
}
