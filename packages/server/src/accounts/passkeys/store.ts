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

/** Whether this user has the passkey that a device knows by this id. */
export async function hasCredential(tx: Executor, userId: string, credentialId: string) {
  const found = await tx
    .selectFrom("account_passkey")
    .select("id")
    .where("credential_id", "=", credentialId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return found !== undefined;
}

/** Deletes all passkeys of a user. @returns how many there were. */
export async function deletePasskeys(tx: Executor, userId: string): Promise<number> {
  const gone = await tx
    .deleteFrom("account_passkey")
    .where("user_id", "=", userId)
    .returning("id")
    .execute();
  return gone.length;
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
