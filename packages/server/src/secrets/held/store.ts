import { type RawBuilder, sql } from "kysely";
import { fixed } from "../../db/fixed.ts";
import { latestSalt } from "../rows/columns.ts";
import {
  type GrantJson,
  grantsColumn,
  latestVersion,
  only,
  readGrants,
  type SecretRow,
  unlessKnown,
} from "../rows/store.ts";
import type { Tx } from "../store.ts";

type LockedHead = Readonly<{ dek_id: Uint8Array; edition: number; record: Uint8Array | null }>;

const headLocked = fixed(sql<LockedHead>`select c.dek_id, c.edition,
    ${unlessKnown("c.record", null)} as record
  from secret_contents c where c.user_id = ${null} for update`);

/**
 * Locks a user's head until the transaction is over; null when there is none. Its record is null when its
 * salt is the one that is known.
 */
export async function lockHead(
  tx: Tx,
  userId: string,
  known: Uint8Array | null,
): Promise<LockedHead | null> {
  const [row] = await headLocked(tx, known, userId);
  return row ?? null;
}

/** A secret as whoever holds the head's lock reads it, with the record in use or of the version asked for. */
export type Held = Readonly<{ secret: SecretRow; record: Uint8Array | null }>;

/** Which secret, and of which version the record; without one, of the version in use. */
export type Sought = Readonly<{ name: string } | { id: string; version?: number }>;

type Columns = Omit<SecretRow, "grants"> &
  Readonly<{ record: Uint8Array | null; grants: readonly GrantJson[] }>;

const columns = sql`s.id, s.name, s.latest, s.oldest, ${latestSalt} as salt,
  ${grantsColumn} as grants`;
/** Its parameters: the user, and those of `match`. */
const held = (match: RawBuilder<unknown>) =>
  fixed(sql<Columns>`select ${columns}, l.record from secret s ${latestVersion}
    where s.user_id = ${null} and ${match}`);

const named = held(sql`s.name = ${null}`);
const namedAny = held(sql`s.name in (select json_array_elements_text(${null}::text::json))`);
const identified = held(sql`s.id = ${null}`);
const ofVersion = fixed(sql<Columns>`select ${columns}, v.record from secret s ${latestVersion}
  left join secret_version v on v.secret_id = s.id and v.version = ${null}::bigint
  where s.user_id = ${null} and s.id = ${null}`);

function read({ record, grants, ...secret }: Columns): Held {
  return { secret: { ...secret, grants: readGrants(grants) }, record };
}

/** A secret of the user; null where there is none. */
export async function holdSecret(tx: Tx, userId: string, sought: Sought): Promise<Held | null> {
  const [row] = await found(tx, userId, sought);
  return row === undefined ? null : read(row);
}

function found(tx: Tx, userId: string, sought: Sought): Promise<Columns[]> {
  if ("name" in sought) return named(tx, userId, sought.name);
  const { id, version } = sought;
  return version === undefined ? identified(tx, userId, id) : ofVersion(tx, version, userId, id);
}

/** Those of a user's secrets that have one of these names. */
export async function holdNamed(
  tx: Tx,
  userId: string,
  names: readonly string[],
): Promise<readonly Held[]> {
  return (await namedAny(tx, userId, JSON.stringify(names))).map(read);
}

const grantsOf = fixed(sql<{ count: number }>`select count(*)::integer as count
  from secret s join secret_grant g on g.secret_id = s.id
  where s.user_id = ${null}`);

/** How many grants a user has, those that ended included. */
export async function countGrants(tx: Tx, userId: string): Promise<number> {
  return only(await grantsOf(tx, userId)).count;
}

/** Those of a user's secrets that have the most grants which ended by `at`, up to `most` of them. */
export async function secretsOfEndedGrants(
  tx: Tx,
  userId: string,
  at: Date,
  most: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`select s.id
    from secret s join secret_grant g on g.secret_id = s.id
    where s.user_id = ${userId} and g.until <= ${at}
    group by s.id order by count(*) desc limit ${most}`.execute(tx);
  return rows.map(({ id }) => id);
}
