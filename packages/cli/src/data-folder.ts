import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseConfig } from "@portafilter/server";
import { Fatal } from "./fatal.ts";

/**
 * Makes the data folder where it is not there yet.
 *
 * One folder after the other, each once: Node's own way of making all of them tries for ever where a
 * file system says that a folder is there and lets nobody make one in it, as under `/proc`.
 * @throws Fatal when it cannot be made, or is no folder.
 */
export async function makeDataFolder(dir: string): Promise<void> {
  try {
    for (const missing of await missingOf(dir)) await makeOne(missing);
    if ((await stat(dir)).isDirectory()) return;
  } catch {
    // As if it were no folder: whoever set it must look anyway.
  }
  throw unusable(dir);
}

/**
 * The same, for a process that keeps files in the folder itself.
 * @throws Fatal also when it cannot be written to.
 */
export async function makeWritableDataFolder(dir: string): Promise<void> {
  await makeDataFolder(dir);
  await access(dir, constants.W_OK | constants.X_OK).catch(() => {
    throw unusable(dir);
  });
}

/**
 * Makes the folder that an embedded database is in, which makes its own.
 * @throws Fatal
 */
export async function makeFolderOf(database: DatabaseConfig): Promise<void> {
  if (database.kind === "pglite") await makeDataFolder(dirname(database.folder));
}

/**
 * For a command that works on what a server wrote: a mistyped folder must not become an empty database,
 * in which nothing is ever wrong.
 * @throws Fatal when the embedded database is not there.
 */
export async function needDatabase(database: DatabaseConfig): Promise<void> {
  if (database.kind !== "pglite" || (await isThere(database.folder))) return;
  throw new Fatal(
    `There is no database in ${database.folder}: DATA_DIR or DATABASE_URL must be the server's.`,
  );
}

function unusable(dir: string): Fatal {
  return new Fatal(`DATA_DIR cannot be written to: ${dir}`);
}

/** The folders that are not there, the outermost first. */
async function missingOf(dir: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = dir; !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  return missing;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (isErrno(error, "ENOENT")) return false;
      throw error;
    },
  );
}

/** Another process may be at the same thing. */
async function makeOne(dir: string): Promise<void> {
  await mkdir(dir).catch((error: unknown) => {
    if (!isErrno(error, "EEXIST")) throw error;
  });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
