import { type Kysely, sql, type Transaction } from "kysely";
import { fixed } from "../db/fixed.ts";
import type { Tables } from "../db/tables.ts";
import type { StoredDek } from "../keys/data-keys.ts";

/** A transaction, or the database for a single statement. */
export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/**
 * Makes a user's first data key and head, and locks the latter.
 * @returns `exists` when another transaction did so first; `no account` when the account is gone.
 */
export async function beginHead(
  tx: Tx,
  dek: StoredDek,
  record: Uint8Array,
): Promise<"begun" | "exists" | "no account"> {
  const key = await sql`insert into data_key (user_id, dek_id, wrapped, created_at)
    select id, ${dek.dekId}::bytea, ${dek.wrapped}, now() from account
    where id = ${dek.userId} for key share returning 1`.execute(tx);
  if (key.rows.length === 0) return "no account";
  const head = await tx
    .insertInto("secret_contents")
    .values({ user_id: dek.userId, dek_id: dek.dekId, edition: 1, record })
    .onConflict((conflict) => conflict.column("user_id").doNothing())
    .returning("edition")
    .execute();
  return head.length === 0 ? "exists" : "begun";
}

/** A version as it is written. */
export type NewVersion = Readonly<{ id: string; version: number; record: Uint8Array; at: Date }>;

export async function insertSecrets(
  tx: Tx,
  userId: string,
  secrets: readonly Readonly<{ id: string; name: string; at: Date }>[],
): Promise<void> {
  for (const some of chunks(secrets)) {
    const values = some.map(({ id, name, at }) => {
      return { id, user_id: userId, name, created_at: at, updated_at: at, latest: 1, oldest: 1 };
    });
    await tx.insertInto("secret").values(values).execute();
  }
}

/** For secrets that the caller found to be the user's in the same transaction. */
export async function insertVersions(tx: Tx, versions: readonly NewVersion[]): Promise<void> {
  for (const some of chunks(versions)) {
    const values = some.map(({ id, version, record, at }) => {
      return { secret_id: id, version, record, created_at: at };
    });
    await tx.insertInto("secret_version").values(values).execute();
  }
}

const versionAdded = fixed(sql`with added as (
    insert into secret_version (secret_id, version, record, created_at)
    values (${null}, ${null}, ${null}, ${null})
  ), gone as (
    delete from secret_version where secret_id = ${null} and version < ${null}
  )
  update secret set latest = ${null}, oldest = ${null}, updated_at = ${null}
  where user_id = ${null} and id = ${null}`);

/** A version that is in use from now on, and the end of those before the oldest. */
export async function putVersion(
  tx: Tx,
  userId: string,
  { id, version, record, at }: NewVersion,
  oldest: number,
): Promise<void> {
  const added = [id, version, record, at] as const;
  await versionAdded(tx, ...added, id, oldest, version, oldest, at, userId, id);
}

/** Sixteen at once and the rest one by one: two statements to keep prepared, instead of one per length. */
function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  const many = 16;
  const whole = all.length - (all.length % many);
  for (let at = 0; at < whole; at += many) yield all.slice(at, at + many);
  for (const one of all.slice(whole)) yield [one];
}

/** Gives a secret another name. */
export async function nameSecret(
  tx: Tx,
  userId: string,
  { id, name, at }: Readonly<{ id: string; name: string; at: Date }>,
): Promise<void> {
  await tx
    .updateTable("secret")
    .set({ name, updated_at: at })
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .execute();
}

/** Every kept record of a secret that the caller found to be the user's, oldest first. */
export async function takeVersions(tx: Tx, id: string): Promise<NewVersion[]> {
  const rows = await tx
    .deleteFrom("secret_version")
    .where("secret_id", "=", id)
    .returning(["version", "record", "created_at"])
    .execute();
  return rows
    .map(({ version, record, created_at }) => ({ id, version, record, at: created_at }))
    .toSorted((a, b) => a.version - b.version);
}

/** @returns its name, or null when there was none. Versions and grants go with it. */
export async function deleteSecret(tx: Tx, userId: string, id: string): Promise<string | null> {
  const row = await tx
    .deleteFrom("secret")
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .returning("name")
    .executeTakeFirst();
  return row?.name ?? null;
}

/** Without a list, the one stays that was stored for the same digest. */
export type NewGrant = Readonly<{
  id: string;
  app: string;
  until: Date | null;
  loads: string;
  list: string | null;
  at: Date;
}>;

export async function putGrants(
  tx: Tx,
  userId: string,
  grants: readonly NewGrant[],
): Promise<void> {
  for (const some of chunks(grants)) {
    const values = some.map(({ id, app, until, loads, list, at }) => {
      const row = { user_id: userId, secret_id: id, app, until, created_at: at };
      return { ...row, last_used_at: null, loads, loads_list: list };
    });
    await tx
      .insertInto("secret_grant")
      .values(values)
      .onConflict((conflict) =>
        conflict.columns(["secret_id", "app"]).doUpdateSet((set) => ({
          until: set.ref("excluded.until"),
          created_at: set.ref("excluded.created_at"),
          loads: set.ref("excluded.loads"),
          loads_list: sql<string | null>`coalesce(excluded.loads_list,
            case when secret_grant.loads = excluded.loads then secret_grant.loads_list end)`,
        })),
      )
      .execute();
  }
}

/** Deletes grants of a secret, which keeps the moment when one of them was last used. */
export async function deleteGrants(
  tx: Tx,
  userId: string,
  id: string,
  apps: readonly string[],
): Promise<void> {
  await sql`with gone as (
      delete from secret_grant where user_id = ${userId} and secret_id = ${id}
        and app in (select json_array_elements_text(${JSON.stringify(apps)}::text::json))
      returning last_used_at
    )
    update secret set last_used_at = greatest(last_used_at, (select max(last_used_at) from gone))
    where user_id = ${userId} and id = ${id}`.execute(tx);
}

/** A merge that was done. */
export type MergeRow = Readonly<{ mergeId: string; record: Uint8Array; answer: string }>;

export async function findMerge(
  tx: Tx,
  userId: string,
  mergeId: string,
): Promise<Omit<MergeRow, "mergeId"> | null> {
  const row = await tx
    .selectFrom("secret_merge")
    .select(["record", "answer"])
    .where("user_id", "=", userId)
    .where("merge_id", "=", mergeId)
    .executeTakeFirst();
  return row ?? null;
}

/** Remembers a merge; forgets those of before `forgotten`, and the oldest ones beyond `most`. */
export async function keepMerge(
  tx: Tx,
  userId: string,
  { mergeId, record, answer }: MergeRow,
  at: Date,
  { forgotten, most }: Readonly<{ forgotten: Date; most: number }>,
): Promise<void> {
  await tx
    .deleteFrom("secret_merge")
    .where("user_id", "=", userId)
    .where((where) =>
      where.or([
        where("created_at", "<", forgotten),
        where(
          "merge_id",
          "in",
          where
            .selectFrom("secret_merge")
            .select("merge_id")
            .where("user_id", "=", userId)
            .orderBy("created_at", "desc")
            .offset(most - 1),
        ),
      ]),
    )
    .execute();
  await tx
    .insertInto("secret_merge")
    .values({ user_id: userId, merge_id: mergeId, record, answer, created_at: at })
    .execute();
}

/**
 * Notes when grants were used. Rows that somebody holds are left out, so that this never waits, and two
 * of these never wait for each other.
 */
export async function noteUses(
  db: Db,
  uses: readonly Readonly<{ secretId: string; app: string; at: number }>[],
): Promise<void> {
  await sql`with used as (
      select g.secret_id, g.app, r.at
      from json_to_recordset(${JSON.stringify(uses)}::text::json)
        as r("secretId" text, app text, at double precision)
      join secret_grant g on g.secret_id = r."secretId" and g.app = r.app
      for update of g skip locked
    )
    update secret_grant g set last_used_at = greatest(g.last_used_at, to_timestamp(used.at / 1000))
    from used where g.secret_id = used.secret_id and g.app = used.app`.execute(db);
}

/** Destroys everything of a user. The head goes first: whoever writes holds it. */
export async function deleteAll(tx: Tx, userId: string): Promise<void> {
  for (const table of ["secret_contents", "secret", "secret_merge", "data_key"] as const) {
    await tx.deleteFrom(table).where("user_id", "=", userId).execute();
  }
}
