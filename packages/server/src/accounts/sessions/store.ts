import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import { fixed } from "../../db/fixed.ts";
import type { Tables } from "../../db/tables.ts";

type Executor = Kysely<Tables> | Transaction<Tables>;

/** Sessions older than these are over. */
export type Horizon = Readonly<{ createdAfter: Date; seenAfter: Date }>;

/** A session by a token. Nothing in it is secret. */
export type Found = {
  /** SHA-256 of the token, in hexadecimal. */
  hash: string;
  id: string;
  user_id: string;
  created_at: Date;
  confirmed_at: Date;
  seen_at: Date;
  /** By a token that was never used before. */
  is_next: boolean;
};

// `limit` lets the database plan the inner statement as it does for one.
const sessionsOf = fixed(sql<Found>`select w.hash, s.*
  from json_array_elements_text(${null}::text::json) as w(hash)
  cross join lateral (
    select id, user_id, created_at, confirmed_at, seen_at, false as is_next from account_session
    where token_hash = decode(w.hash, 'hex') and created_at > ${null} and seen_at > ${null}
    union all
    select id, user_id, created_at, next_at, seen_at, true from account_session
    where next_hash = decode(w.hash, 'hex') and created_at > ${null} and seen_at > ${null}
    limit 1) as s`);

/**
 * The sessions with these tokens' hashes, in hexadecimal, in that order; undefined where there is none. One
 * statement on unique indexes, which is shared by those who ask at the same moment.
 */
export async function findSessions(
  db: Executor,
  tokenHashes: readonly string[],
  { createdAfter, seenAfter }: Horizon,
) {
  const times = [createdAfter, seenAfter, createdAfter, seenAfter];
  const rows = await sessionsOf(db, JSON.stringify(tokenHashes), ...times);
  const found = new Map(rows.map((row) => [row.hash, row]));
  return tokenHashes.map((hash) => found.get(hash));
}

/**
 * Whether a user's session still has a token, as part of another statement; whether it is over by its age
 * was known before. Not by `exists`, of which the database would make a hash of the whole table.
 * @param tokenHash - in hexadecimal.
 */
export const sessionStands = (userId: RawBuilder<string>, tokenHash: RawBuilder<string>) =>
  sql<boolean>`coalesce((select true from account_session held
    where held.token_hash = decode(${tokenHash}, 'hex') and held.user_id = ${userId} limit 1), false)`;

/** Writes that a session was used, unless somebody did so since `before`. */
export async function touchSession(db: Executor, id: string, now: Date, before: Date) {
  await db
    .updateTable("account_session")
    .set({ seen_at: now })
    .where("id", "=", id)
    .where("seen_at", "<", before)
    .execute();
}

/** A new session's row. */
export type NewSession = Readonly<{
  id: string;
  userId: string;
  tokenHash: Uint8Array;
  device: string | null;
  now: Date;
}>;

export async function insertSession(tx: Executor, session: NewSession) {
  await tx
    .insertInto("account_session")
    .values({
      id: session.id,
      user_id: session.userId,
      token_hash: session.tokenHash,
      device: session.device,
      created_at: session.now,
      confirmed_at: session.now,
      seen_at: session.now,
    })
    .execute();
}

/**
 * Another token for a session, beside the one it has, in place of any that was offered before: of two that
 * are asked for at the same moment only the later one is good. @returns whether the session was still there.
 */
export async function offerToken(tx: Executor, id: string, tokenHash: Uint8Array, now: Date) {
  const offered = await tx
    .updateTable("account_session")
    .set({ next_hash: tokenHash, next_at: now })
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return offered !== undefined;
}

/** The token that was offered is in use: from now on it is the only one. @returns whether it was still offered. */
export async function beginToken(db: Executor, id: string, tokenHash: Uint8Array) {
  const begun = await db
    .updateTable("account_session")
    .set((row) => ({
      token_hash: tokenHash,
      confirmed_at: row.fn.coalesce(row.ref("next_at"), row.ref("confirmed_at")),
      next_hash: null,
      next_at: null,
    }))
    .where("id", "=", id)
    .where("next_hash", "=", tokenHash)
    .returning("id")
    .executeTakeFirst();
  return begun !== undefined;
}

/** Another token in place of all that a session has. @returns whether it was still there. */
export async function renewSession(tx: Executor, id: string, tokenHash: Uint8Array, now: Date) {
  const renewed = await tx
    .updateTable("account_session")
    .set({
      token_hash: tokenHash,
      confirmed_at: now,
      seen_at: now,
      next_hash: null,
      next_at: null,
    })
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return renewed !== undefined;
}

/** Whose session this is, whatever its age. */
export function findOwner(db: Executor, tokenHash: Uint8Array) {
  return db
    .selectFrom("account_session")
    .select(["id", "user_id"])
    .where((where) =>
      where.or([where("token_hash", "=", tokenHash), where("next_hash", "=", tokenHash)]),
    )
    .executeTakeFirst();
}

/** This user's session with that id, unless it is over. */
export function findSession(db: Executor, userId: string, id: string, horizon: Horizon) {
  return db
    .selectFrom("account_session")
    .select(["id", "seen_at"])
    .where("id", "=", id)
    .where("user_id", "=", userId)
    .where("created_at", ">", horizon.createdAfter)
    .where("seen_at", ">", horizon.seenAfter)
    .executeTakeFirst();
}

/** @returns whether this user had that session. */
export async function deleteSession(tx: Executor, userId: string, id: string) {
  const gone = await tx
    .deleteFrom("account_session")
    .where("id", "=", id)
    .where("user_id", "=", userId)
    .returning("id")
    .executeTakeFirst();
  return gone !== undefined;
}

/** Deletes all sessions of a user but one. @returns the ids of those that are gone. */
export async function deleteSessions(tx: Executor, userId: string, except: string | null) {
  const gone = await tx
    .deleteFrom("account_session")
    .where("user_id", "=", userId)
    .where("id", "!=", except ?? "")
    .returning("id")
    .execute();
  return gone.map(({ id }) => id);
}

/**
 * Deletes what is over, and the ones used longest ago beyond `most`.
 * @returns the ids of those that were not over.
 */
export async function pruneSessions(tx: Executor, userId: string, horizon: Horizon, most: number) {
  const gone = await tx
    .deleteFrom("account_session")
    .where("user_id", "=", userId)
    .where((where) =>
      where.or([
        where("created_at", "<=", horizon.createdAfter),
        where("seen_at", "<=", horizon.seenAfter),
        where(
          "id",
          "in",
          where
            .selectFrom("account_session")
            .select("id")
            .where("user_id", "=", userId)
            .orderBy("seen_at", "desc")
            .offset(most),
        ),
      ]),
    )
    .returning(["id", "created_at", "seen_at"])
    .execute();
  return gone
    .filter((row) => row.created_at > horizon.createdAfter && row.seen_at > horizon.seenAfter)
    .map(({ id }) => id);
}

/** The sessions of a user that are not over, the one used last first. */
export function listSessions(db: Executor, userId: string, horizon: Horizon) {
  return db
    .selectFrom("account_session")
    .select(["id", "device", "created_at", "seen_at"])
    .where("user_id", "=", userId)
    .where("created_at", ">", horizon.createdAfter)
    .where("seen_at", ">", horizon.seenAfter)
    .orderBy("seen_at", "desc")
    .execute();
}
