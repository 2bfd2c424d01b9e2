import { randomBytes } from "node:crypto";
import { constants, lstatSync, type Stats } from "node:fs";
import { open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A file or folder that other people on the machine could read or change, or that is not what it should be. */
export class NotPrivateError extends Error {
  override readonly name = "NotPrivateError";
}

/** The file operations of a write that can run out of disk; tests put a failing one in their place. */
export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

/**
 * Replaces a file so that after a crash at any moment either the old or the new content is there,
 * whole: temporary file, fsync, rename, fsync of the folder. Mode 0600.
 * When it resolves the content is on the disk; when it throws the old content is still in place, or
 * the new one is but might not survive a power failure.
 */
export const writeDurably: WriteFile = async (path, bytes) => {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
};

/** Removes what interrupted writes of `path` left behind. */
export async function removeLeftovers(path: string): Promise<void> {
  const leftover = new RegExp(`^${RegExp.escape(basename(path))}\\.[0-9a-f]{12}\\.tmp$`);
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (leftover.test(name)) await unlink(join(folder, name));
  }
}

/**
 * Reads a file that must be private.
 * @returns its bytes, or null when there is none.
 * @throws NotPrivateError when it is not a plain file that only its owner can read.
 */
export async function readPrivate(path: string): Promise<Buffer | null> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isFile()) throw new NotPrivateError(`${path} must be a plain file`);
  assertPrivate(path, stats);
  return await readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW });
}

/** @throws NotPrivateError when group or others have any right to it, or somebody else owns it. */
export function assertPrivate(path: string, stats: Stats = lstatSync(path)): void {
  if ((stats.mode & 0o077) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
    const wanted = stats.isDirectory() ? "0700" : "0600";
    throw new NotPrivateError(`${path} has mode ${mode}; it must be ${wanted} or stricter`);
  }
  const me = process.getuid?.();
  if (me !== undefined && stats.uid !== me) {
    throw new NotPrivateError(`${path} belongs to another user of this machine`);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
