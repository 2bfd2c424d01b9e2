import type { Kysely, Transaction } from "kysely";
import type { Tables } from "../../db/tables.ts";

type Executor = Kysely<Tables> | Transaction<Tables>;

/** `provider_id` of the identity that holds a password. */
const credential = "credential";

/** An account and its password's hash, which is null for one that signs in otherwise. */
export type Account = Readonly<{ id: string; email: string; password: string | null }>;

const accounts = (db: Executor) =>
  db
    .selectFrom("account")
    .leftJoin("account_identity", (join) =>
      join
        .onRef("account_identity.user_id", "=", "account.id")
        .on("account_identity.provider_id", "=", credential),
    )
    .select(["account.id", "account.email", "account_identity.password"]);

export function findByEmail(db: Executor, email: string): Promise<Account | undefined> {
  return accounts(db).where("account.email", "=", email).executeTakeFirst();
}

export function findById(db: Executor, id: string): Promise<Account | undefined> {
  return accounts(db).where("account.id", "=", id).executeTakeFirst();
}

/** Locks an account's row, so that it stays as it is until the transaction ends. @returns as it is now. */
export async function lockAccount(
  tx: Transaction<Tables>,
  id: string,
): Promise<Account | undefined> {
  await tx.selectFrom("account").select("id").where("id", "=", id).forNoKeyUpdate().execute();
  return findById(tx, id);
}

export type NewAccount = Readonly<{
  id: string;
  email: string;
  isVerified: boolean;
  now: Date;
}>;

/** @returns false when somebody has this address already; then nothing was written. */
export async function insertAccount(tx: Executor, account: NewAccount): Promise<boolean> {
  const { id, email, isVerified, now } = account;
  const made = await tx
    .insertInto("account")
    .values({ id, email, email_verified: isVerified, name: "", created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning("id")
    .executeTakeFirst();
  return made !== undefined;
}

/** A way to sign in. `accountId` is unique within its provider. */
export type NewIdentity = Readonly<{
  id: string;
  userId: string;
  providerId: string;
  accountId: string;
  now: Date;
}>;

export async function insertIdentity(tx: Executor, identity: NewIdentity): Promise<void> {
  await tx
    .insertInto("account_identity")
    .values({
      id: identity.id,
      user_id: identity.userId,
      provider_id: identity.providerId,
      account_id: identity.accountId,
      created_at: identity.now,
      updated_at: identity.now,
    })
    .execute();
}

/** Writes the hash of a password; an account that had none can sign in with it from now on. */
export async function setPassword(
  tx: Executor,
  userId: string,
  id: string,
  hash: string,
  now: Date,
) {
  await tx
    .insertInto("account_identity")
    .values({
      id,
      user_id: userId,
      provider_id: credential,
      account_id: userId,
      password: hash,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(["user_id", "provider_id"]).doUpdateSet({ password: hash, updated_at: now }),
    )
    .execute();
}

/** @returns false when somebody else has this address. */
export async function setEmail(tx: Transaction<Tables>, userId: string, email: string, now: Date) {
  const changed = await tx
    .updateTable("account")
    .set({ email, email_verified: true, updated_at: now })
    .where("id", "=", userId)
    .where((where) =>
      where.not(
        where.exists(
          where.selectFrom("account as other").select("other.id").where("other.email", "=", email),
        ),
      ),
    )
    .returning("id")
    .executeTakeFirst();
  return changed !== undefined;
}

/** Deletes an account with everything of this domain that hangs on it. */
export async function deleteAccount(tx: Executor, userId: string): Promise<void> {
  await tx.deleteFrom("account").where("id", "=", userId).execute();
}

export async function countPasskeys(db: Executor, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom("account_passkey")
    .select((select) => select.fn.countAll<string>().as("count"))
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  return Number(count);
}
