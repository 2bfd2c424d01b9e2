import type { Transaction } from "kysely";
import type { Tables } from "../../db/tables.ts";

/** Rows that one sweep takes: those that come after it go with the next. */
const most = 100;

/**
 * Deletes challenges that are over, as many as nobody holds. Anybody may have one made, and better-auth
 * deletes only what somebody comes back with.
 */
export async function sweepChallenges(tx: Transaction<Tables>, now: Date): Promise<void> {
  await tx
    .deleteFrom("account_challenge")
    .where("id", "in", (from) =>
      from
        .selectFrom("account_challenge")
        .select("id")
        .where("expires_at", "<=", now)
        .limit(most)
        .forUpdate()
        .skipLocked(),
    )
    .execute();
}
