import type { Database } from "../db/database.ts";
import { Problem } from "../problem.ts";
import { emptyHead, isOurEntry, isOurHead } from "./chain.ts";
import { type AuditKey, sameMac } from "./hash.ts";
import { type Stored, seePage } from "./store.ts";

/**
 * Entries of a chain below the one numbered `before` (null: the newest), newest first, each held against
 * the one before it, and the newest of all against the end of the chain.
 * @param size - at most so many. @returns besides, below which to go on; null when there is nothing more.
 * @throws Problem `integrity_failure` when an entry is not what we wrote, or not where we wrote it, or
 * when one is missing here or at the end.
 */
export async function verifiedPage(
  { db, key }: Readonly<{ db: Pick<Database, "kysely">; key: AuditKey }>,
  userId: string,
  before: number | null,
  size: number,
): Promise<Readonly<{ entries: readonly Stored[]; before: number | null }>> {
  // One more than is shown, for what the last one follows on.
  const { end, rows } = await seePage(db.kysely, userId, before, size + 1);
  const { seq, mac } = end ?? emptyHead(userId);
  if (end !== null && !isOurHead(key, end)) throw new Problem("integrity_failure");
  const newest = before === null ? seq : Math.min(before - 1, seq);
  if (rows.length !== Math.min(newest, size + 1)) throw new Problem("integrity_failure");

  const entries = rows.slice(0, size);
  for (const [at, entry] of entries.entries()) {
    const previous = rows[at + 1] ?? emptyHead(userId);
    const isInPlace = entry.seq === newest - at && previous.seq === entry.seq - 1;
    const isAtEnd = entry.seq !== seq || sameMac(entry.mac, mac);
    if (!isInPlace || !isAtEnd || !isOurEntry(key, previous.mac, entry)) {
      throw new Problem("integrity_failure");
    }
  }
  return { entries, before: rows.length > size ? newest - size + 1 : null };
}
