import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** Another key server already works on the same folder. */
export class LockedError extends Error {
  override readonly name = "LockedError";
}

/**
 * Makes this process the only one on a key store, until it lets go or dies in whatever way.
 *
 * Two processes would overwrite each other's generations. The lock has to be the kernel's, because a
 * lock file outlives `kill -9`; SQLite's is the one kernel lock on a file that Node offers without
 * native code, and nothing is ever stored in the database.
 * @returns the function that lets go.
 * @throws LockedError when another process holds it.
 */
export function lockForThisProcess(path: string): () => void {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    chmodSync(path, 0o600);
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new LockedError("another key server is already running on this folder");
  }
  return () => {
    database.close();
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as { errcode?: unknown }).errcode === 5;
}
