import type { Kysely, Transaction } from "kysely";
import type { Tables } from "../../db/tables.ts";

type Executor = Kysely<Tables> | Transaction<Tables>;

/** The passkeys of a user, the oldest first. */
export function listPasskeys(db: Executor, userId: string) {
  return db
    .selectFrom("account_passkey")
    .select(["id", "name", "aaguid", "created_at"])
    .where("user_id", "=", userId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

/** @returns whether this user had that passkey. */
export async function deletePasskey(tx: Executor, userId: string, id: string): Promise<boolean> {
  const gone = await tx
    .deleteFrom("account_passkey")
    .where("id", "=", id)
    .where("user_id", "=", userId)
    .returning("id")
    .executeTakeFirst();
  return gone !== undefined;
}
