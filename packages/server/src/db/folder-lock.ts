import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { UnusableDatabase } from "./faults.ts";

const holder = z.object({ pid: z.number(), command: z.string(), since: z.string() });

/** A lock ends when it is closed, so it must not be collected while its holder lives. */
const held = new Set<DatabaseSync>();

/**
 * Makes this process the only one on a folder, until it lets go or dies in whatever way.
 *
 * PGlite does not look whether another process is at work, and two of them destroy everything. The
 * lock has to be the kernel's, because a lock file outlives `kill -9`; SQLite's is the one kernel lock
 * on a file that Node offers without native code, and nothing is ever stored in the database. Who
 * holds it stands in a note beside it, which decides nothing.
 * @returns the function that lets go.
 * @throws UnusableDatabase naming the holder when another process has the folder.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(dirname(folder), { recursive: true });
  const lock = new DatabaseSync(`${folder}.lock`, { timeout: 0 });
  const note = `${folder}.lock.json`;
  try {
    chmodSync(`${folder}.lock`, 0o600);
    lock.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new UnusableDatabase(
      `${folder} is in use by ${holderIn(note)}: stop it, or set another DATA_DIR.`,
    );
  }
  held.add(lock);
  writeNote(note);
  return () => {
    rmSync(note, { force: true });
    lock.close();
    held.delete(lock);
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as { errcode?: unknown }).errcode === 5;
}

function writeNote(path: string): void {
  const own: z.output<typeof holder> = {
    pid: process.pid,
    command: process.argv.slice(1, 3).join(" "),
    since: new Date().toISOString(),
  };
  writeFileSync(`${path}.new`, JSON.stringify(own), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function holderIn(note: string): string {
  try {
    const { pid, command, since } = holder.parse(JSON.parse(readFileSync(note, "utf8")));
    return `process ${pid} (${command}) since ${since}`;
  } catch {
    // It is only just beginning.
    return "another process";
  }
}
