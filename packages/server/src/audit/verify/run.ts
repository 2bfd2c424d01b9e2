import { join } from "node:path";
import type { VerifyConfig } from "../../config.ts";
import { openDatabase } from "../../db/database.ts";
import type { Log } from "../../log.ts";
import { auditKey } from "../hash.ts";
import { readAnchor, writeAnchor } from "./anchor.ts";
import { type Verified, verifyAudit } from "./verify.ts";

/** A verification, and the anchor that it compared with and left. */
export type VerifyOutcome = Omit<Verified, "anchor"> &
  Readonly<{
    anchorFile: string;
    /** Whether there was one before. */
    hadAnchor: boolean;
  }>;

/**
 * Verifies the audit of the database that the settings name, against the anchor of the last time.
 * When all is well, the anchor becomes what is there now; otherwise it stays.
 * @throws AnchorError or UnusableDatabase.
 */
export async function runVerification(
  { dataDir, database, authSecret }: VerifyConfig,
  anchorFile = join(dataDir, "audit-anchor.json"),
  log: Log,
): Promise<VerifyOutcome> {
  const key = auditKey(authSecret);
  const before = await readAnchor(anchorFile, key);
  const db = await openDatabase(database, log);
  try {
    const { anchor, ...outcome } = await verifyAudit({ db, key }, before);
    if (outcome.findings.length === 0) await writeAnchor(anchorFile, key, anchor);
    return { ...outcome, anchorFile, hadAnchor: before !== undefined };
  } finally {
    await db.close();
  }
}
