import type { Kysely, Transaction } from "kysely";
import type { Tables } from "../../db/tables.ts";

type Executor = Kysely<Tables> | Transaction<Tables>;
type Row = Tables["account_link"];

/** Writes a link. Those that are too old go, and older ones of the same user for the same. */
export async function insertLink(tx: Executor, row: Row): Promise<void> {
  await tx
    .deleteFrom("account_link")
    .where((where) =>
      where.or([
        where("expires_at", "<=", row.created_at),
        where.and([where("purpose", "=", row.purpose), where("user_id", "=", row.user_id)]),
      ]),
    )
    .execute();
  await tx.insertInto("account_link").values(row).execute();
}

/** A link that could be taken now. */
export function findLink(
  db: Executor,
  tokenHash: Uint8Array,
  purposes: readonly Row["purpose"][],
  now: Date,
): Promise<Row | undefined> {
  return db
    .selectFrom("account_link")
    .selectAll()
    .where("token_hash", "=", tokenHash)
    .where("purpose", "in", purposes)
    .where("expires_at", ">", now)
    .executeTakeFirst();
}

/** Takes a link away. @returns whether it was there: of all who try at once, one gets it. */
export async function takeLink(
  tx: Executor,
  tokenHash: Uint8Array,
  purpose: Row["purpose"],
  now: Date,
): Promise<boolean> {
  const taken = await tx
    .deleteFrom("account_link")
    .where("token_hash", "=", tokenHash)
    .where("purpose", "=", purpose)
    .where("expires_at", ">", now)
    .returning("purpose")
    .executeTakeFirst();
  return taken !== undefined;
}

/** Deletes the links of a user, such as resets that a change of the password overtook; or those of one purpose. */
export async function deleteLinks(
  tx: Executor,
  userId: string,
  purpose?: Row["purpose"],
): Promise<void> {
  const all = tx.deleteFrom("account_link").where("user_id", "=", userId);
  await (purpose === undefined ? all : all.where("purpose", "=", purpose)).execute();
}
