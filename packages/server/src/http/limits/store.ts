import { sql, type Transaction } from "kysely";
import type { Database } from "../../db/database.ts";
import type { Tables } from "../../db/tables.ts";
import { type Counter, counted, type Rule, uncounted, waitOf } from "./counter.ts";

/** What is counted, and by which rule. `key` in hexadecimal. */
export type Counted = Readonly<{
  key: string;
  rule: Rule;
  /** Counts, and lets everything through. */
  isLenient?: boolean;
}>;

type Row = Readonly<{
  key: string;
  attempts: number;
  blocked_until: number;
  expires_at: number;
  now: number;
}>;

/**
 * Counts one attempt under all keys, or, when one of them must wait, under none of them. Attempts at
 * the same time wait for each other, on whatever server they are.
 * @returns seconds to wait; 0 when the attempt is let through.
 */
export async function count(
  db: Pick<Database, "transaction">,
  limits: readonly Counted[],
): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await lock(tx, limits);
    const strict = rows.filter(({ isLenient }) => isLenient !== true);
    const wait = Math.max(0, ...strict.map(({ counter, now }) => waitOf(counter, now)));
    if (wait > 0) return wait;
    await write(
      tx,
      rows.map(({ key, counter, rule, now }) => ({ key, ...counted(counter, rule, now) })),
    );
    return 0;
  });
}

/** Takes an attempt back, and forgets what `fresh` keys counted. */
export async function takeBack(
  db: Pick<Database, "transaction">,
  limits: readonly Counted[],
  fresh: readonly Counted[],
): Promise<void> {
  await db.transaction(async (tx) => {
    const rows = await lock(tx, [...limits, ...fresh]);
    const forgotten = new Set(fresh.map(({ key }) => key));
    await write(
      tx,
      rows.map(({ key, counter, rule }) => ({
        key,
        ...(forgotten.has(key) ? blank : uncounted(counter, rule)),
      })),
    );
  });
}

/** Deletes what means nothing any more, as much as nobody holds. @returns how many rows. */
export async function sweep(db: Pick<Database, "kysely">): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from rate_limits where key in (
      select key from rate_limits where expires_at < now() and blocked_until < now()
      limit 10000 for update skip locked
    )`.execute(db.kysely);
  return Number(numAffectedRows ?? 0);
}

const blank: Counter = { attempts: 0, blockedUntil: 0, expiresAt: 0 };

/** Makes what is not there yet and holds all of it, always in the same order so that nobody waits in a ring. */
async function lock(tx: Transaction<Tables>, limits: readonly Counted[]) {
  const keys = JSON.stringify(limits.map(({ key }) => key));
  const { rows } = await sql<Row>`
    insert into rate_limits as l (key, attempts, blocked_until, expires_at)
    select decode(k, 'hex'), 0, to_timestamp(0), to_timestamp(0)
    from json_array_elements_text(${keys}::text::json) as k
    order by k collate "C"
    on conflict (key) do update set attempts = l.attempts
    returning encode(key, 'hex') as key, attempts,
      extract(epoch from blocked_until)::float8 as blocked_until,
      extract(epoch from expires_at)::float8 as expires_at,
      extract(epoch from clock_timestamp())::float8 as now`.execute(tx);
  const byKey = new Map(limits.map((limit) => [limit.key, limit]));
  return rows.flatMap(({ key, attempts, blocked_until, expires_at, now }) => {
    const limit = byKey.get(key);
    const counter: Counter = { attempts, blockedUntil: blocked_until, expiresAt: expires_at };
    return limit === undefined ? [] : [{ ...limit, counter, now }];
  });
}

async function write(tx: Transaction<Tables>, rows: readonly (Counter & { key: string })[]) {
  await sql`
    update rate_limits l set
      attempts = r.attempts,
      blocked_until = to_timestamp(r."blockedUntil"),
      expires_at = to_timestamp(r."expiresAt")
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as r(key text, attempts integer, "blockedUntil" float8, "expiresAt" float8)
    where l.key = decode(r.key, 'hex')`.execute(tx);
}
