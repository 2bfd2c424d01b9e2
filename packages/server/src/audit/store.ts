import { type Kysely, type RawBuilder, type Selectable, sql, type Transaction } from "kysely";
import { fixed } from "../db/fixed.ts";
import type { Tables } from "../db/tables.ts";
import {
  type Entry,
  emptyHead,
  entryMac,
  erasedMac,
  type Head,
  isOurHead,
  type SealedHead,
  sealHead,
} from "./chain.ts";
import type { AuditKey } from "./hash.ts";

/** A transaction, the caller's or one of our own. */
export type Tx = Transaction<Tables>;
/** An event before it has its place. */
export type Unplaced = Omit<Entry, "seq">;

/** Makes the ends of chains that begin now. Not for accounts whose chain was erased: nothing follows on that. */
export async function begin(tx: Tx, key: AuditKey, users: readonly string[]): Promise<void> {
  const heads = users.map((userId) => endRow(sealHead(key, emptyHead(userId))));
  await sql`
    insert into audit_head (user_id, seq, mac, head_mac)
    select h.user_id, 0, decode(h.mac, 'hex'), decode(h.head_mac, 'hex')
    from json_to_recordset(${JSON.stringify(heads)}::text::json)
      as h(user_id text, mac text, head_mac text)
    where not exists (select from audit_erased e where e.user_id = h.user_id)
    order by h.user_id collate "C"
    on conflict do nothing`.execute(tx);
  // An account that was being erased just then was not marked yet for the statement above.
  await sql`
    delete from audit_head h where user_id = any(${users}::text[])
    and exists (select from audit_erased e where e.user_id = h.user_id)`.execute(tx);
}

/** What `extend` could not do: chains that it found no end of, and chains whose end is not what we wrote. */
export type Refused = Readonly<{ absent: ReadonlySet<string>; forged: ReadonlySet<string> }>;

/**
 * Adds events to the chains of their accounts, in the order given, and holds the ends of those chains
 * until the transaction is over. A chain whose end was tampered with is left as it is: going on from
 * there would put our MAC over it.
 * @param held - what to do about an end that another transaction holds: wait for it, or leave it out
 * as if it were absent.
 * @returns besides, the new ends, which are there once the transaction is committed.
 */
export async function extend(
  tx: Tx,
  key: AuditKey,
  events: readonly Unplaced[],
  held: "wait" | "skip",
): Promise<Refused & Readonly<{ ends: readonly SealedHead[] }>> {
  const users = [...new Set(events.map((event) => event.userId))];
  const { heads, forged } = await lockHeads(tx, key, users, held);
  const { rows, ends } = place(key, events, heads);
  if (rows.length > 0) await write(tx, rows, ends);
  const absent = users.filter((user) => !heads.has(user) && !forged.has(user));
  return { absent: new Set(absent), forged, ends };
}

const rowsOf = (json: RawBuilder<unknown>) => sql`
  json_to_recordset(${json}::text::json) as r(
    user_id text, seq bigint, at timestamptz, action text, app text, secret text, device text,
    mac text)`;

/**
 * Common table expressions that add a draft's lists; `moved` has the `user_id` of each account whose events
 * were added. A chain that ends elsewhere by now, in whatever column, or that another transaction holds, is
 * left as it is. Never waits for anybody. (`limit` in it and below: the database takes a list for a hundred
 * rows, for which it would read the whole table of a few thousand accounts.)
 * @param only - what must be so of `m.user_id` besides.
 */
export const adding = (
  moves: RawBuilder<unknown>,
  rows: RawBuilder<unknown>,
  only: RawBuilder<unknown>,
) => sql`
  held as (
    select m.user_id, m.seq, m.mac, m.head_mac
    from json_to_recordset(${moves}::text::json) as m(
      user_id text, seq bigint, mac text, head_mac text,
      was_seq bigint, was_mac text, was_head_mac text)
    cross join lateral (
      select h.seq, h.mac, h.head_mac from audit_head h where h.user_id = m.user_id
      limit 1 for update skip locked) as h
    where h.seq = m.was_seq
      and h.mac = decode(m.was_mac, 'hex') and h.head_mac = decode(m.was_head_mac, 'hex')
      and ${only}
  ), moved as (
    update audit_head h set
      seq = e.seq, mac = decode(e.mac, 'hex'), head_mac = decode(e.head_mac, 'hex')
    from held e where h.user_id = e.user_id
    returning h.user_id
  ), added as (
    insert into audit (user_id, seq, at, action, app, secret, device, mac)
    select user_id, seq, at, action, app, secret, device, decode(mac, 'hex')
    from ${rowsOf(rows)} where user_id in (select user_id from moved)
  )`;

const following = fixed(sql<{ user_id: string }>`
  with ${adding(sql.val(null), sql.val(null), sql`true`)} select user_id from moved`);

/** Events in their places behind known ends, before they are written. */
export type Draft = Readonly<{
  /** The lists of {@link adding}, in JSON. */
  moves: string;
  rows: string;
  /** The new ends of all their chains. */
  ends: readonly SealedHead[];
}>;

/** Drafts events behind ends that are known to be ours; those of other accounts are left out. */
export function draft(
  key: AuditKey,
  events: readonly Unplaced[],
  known: ReadonlyMap<string, SealedHead>,
): Draft {
  const { rows, ends } = place(key, events, known);
  const moves = ends.map((end) => {
    const was = known.get(end.userId) ?? end;
    const { seq, mac, head_mac } = endRow(was);
    return { ...endRow(end), was_seq: seq, was_mac: mac, was_head_mac: head_mac };
  });
  return { moves: JSON.stringify(moves), rows: JSON.stringify(rows), ends };
}

/** Adds a draft, by one statement. @returns the accounts whose events were added. */
export async function follow(
  db: Kysely<Tables>,
  { moves, rows, ends }: Draft,
): Promise<ReadonlySet<string>> {
  if (ends.length === 0) return new Set();
  const moved = await following(db, moves, rows);
  return new Set(moved.map((row) => row.user_id));
}

/** Gives events their places behind the ends of their chains; those of other chains are left out. */
function place(key: AuditKey, events: readonly Unplaced[], heads: ReadonlyMap<string, Head>) {
  const ends = new Map<string, Head>();
  const rows = [];
  for (const event of events) {
    const { userId, at, ...rest } = event;
    const end = ends.get(userId) ?? heads.get(userId);
    if (end === undefined) continue;
    const seq = end.seq + 1;
    const mac = entryMac(key, end.mac, { ...event, seq });
    ends.set(userId, { userId, seq, mac });
    rows.push({ ...rest, seq, user_id: userId, at: new Date(at).toISOString(), mac: hex(mac) });
  }
  return { rows, ends: [...ends.values()].map((end) => sealHead(key, end)) };
}

type HeadRow = Readonly<{ user_id: string; seq: string; mac: Uint8Array; head_mac: Uint8Array }>;

async function lockHeads(
  tx: Tx,
  key: AuditKey,
  users: readonly string[],
  held: "wait" | "skip",
): Promise<{ heads: Map<string, Head>; forged: Set<string> }> {
  const { rows } = await sql<HeadRow>`
    select user_id, seq, mac, head_mac from audit_head
    where user_id = any(${users}::text[])
    order by user_id for update ${held === "skip" ? sql`skip locked` : sql``}`.execute(tx);
  const heads = new Map<string, Head>();
  const forged = new Set<string>();
  for (const row of rows) {
    const { user_id: userId, seq, mac, head_mac: headMac } = row;
    const head = { userId, seq: Number(seq), mac, headMac };
    if (isOurHead(key, head)) heads.set(userId, head);
    else forged.add(userId);
  }
  return { heads, forged };
}

async function write(tx: Tx, rows: readonly object[], heads: readonly SealedHead[]) {
  const ends = heads.map(endRow);
  await sql`
    with added as (
      insert into audit (user_id, seq, at, action, app, secret, device, mac)
      select user_id, seq, at, action, app, secret, device, decode(mac, 'hex')
      from ${rowsOf(sql.val(JSON.stringify(rows)))}
    )
    update audit_head h set
      seq = e.seq, mac = decode(e.mac, 'hex'), head_mac = decode(e.head_mac, 'hex')
    from (
      select * from json_to_recordset(${JSON.stringify(ends)}::text::json)
        as e(user_id text, seq bigint, mac text, head_mac text)
      limit ${ends.length}) as e
    where h.user_id = e.user_id`.execute(tx);
}

function endRow({ userId, seq, mac, headMac }: SealedHead) {
  return { user_id: userId, seq, mac: hex(mac), head_mac: hex(headMac) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** A row as it is stored; nothing about it is believed. */
export type Stored = Entry & Readonly<{ mac: Uint8Array }>;

type PageRow = {
  [Column in keyof Selectable<Tables["audit"]>]: Selectable<Tables["audit"]>[Column] | null;
} & Readonly<{
  end_seq: string | null;
  end_mac: Uint8Array | null;
  end_head_mac: Uint8Array | null;
}>;

/** An account's entries below `before`, newest first, and the end of its chain, both of one moment. */
export async function seePage(
  db: Kysely<Tables>,
  userId: string,
  before: number | null,
  count: number,
): Promise<Readonly<{ end: SealedHead | null; rows: readonly Stored[] }>> {
  const { rows } = await sql<PageRow>`
    select a.*, h.seq as end_seq, h.mac as end_mac, h.head_mac as end_head_mac
    from (select ${userId}::text as id) u
    left join audit_head h on h.user_id = u.id
    left join lateral (
      select * from audit where user_id = u.id and seq <= coalesce(${before}::bigint - 1, ${sql.lit("9223372036854775807")}::bigint)
      order by seq desc limit ${count}) a on true
    order by a.seq desc`.execute(db);
  const { end_seq: seq, end_mac: mac = null, end_head_mac: headMac = null } = rows[0] ?? {};
  const end = mac && headMac ? { userId, seq: Number(seq), mac, headMac } : null;
  const entries = rows.filter((row) => row.user_id !== null) as unknown as readonly Selectable<
    Tables["audit"]
  >[];
  return { end, rows: entries.map(stored) };
}

/** Deletes an account's chain and leaves the mark that this was meant. */
export async function eraseChain(tx: Tx, key: AuditKey, userId: string, at: number): Promise<void> {
  // The end first, even where there is none yet: whoever adds to the chain holds it.
  await begin(tx, key, [userId]);
  await tx.deleteFrom("audit_head").where("user_id", "=", userId).execute();
  await tx.deleteFrom("audit").where("user_id", "=", userId).execute();
  const mark = { user_id: userId, at: new Date(at), mac: erasedMac(key, userId, at) };
  await tx
    .insertInto("audit_erased")
    .values(mark)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** A moment as the database holds it; NaN for `infinity`, which drivers do not give out as a date. */
export function millisecondsOf(at: unknown): number {
  return at instanceof Date ? at.getTime() : Number.NaN;
}

/** A row in our own words. */
export function stored(row: Selectable<Tables["audit"]>): Stored {
  const { user_id, seq, at, ...rest } = row;
  return { ...rest, userId: user_id, seq: Number(seq), at: millisecondsOf(at) };
}
