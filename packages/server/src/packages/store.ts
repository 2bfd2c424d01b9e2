import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { sha256OfFile } from "../hash.ts";
import type { Log } from "../log.ts";
import { trimFolder } from "../trim.ts";

/** A file that is being received. It counts only after `keep`. */
export type Incoming = Readonly<{ path: string; handle: FileHandle }>;

export type Store = Readonly<{
  path: (sha256: string) => string;
  /**
   * True when the file is here and whole. Its bytes are checked once per process; a file that fails is
   * thrown away, and the log names it by `file`.
   */
  has: (sha256: string, file: string) => Promise<boolean>;
  receive: () => Promise<Incoming>;
  /** Makes a received file, whose sha256 the caller has checked, part of the store. */
  keep: (incoming: Incoming, sha256: string) => Promise<void>;
  drop: (incoming: Incoming) => Promise<void>;
}>;

/**
 * Files named by their sha256. A name appears only when all its bytes are on the disk: a crash
 * leaves at most a file in `.incoming`, which a later start removes. Where `maxBytes` is given, the
 * files that were used longest ago make room for new ones.
 */
export async function createStore(dir: string, log: Log, maxBytes = Infinity): Promise<Store> {
  const incomingDir = join(dir, ".incoming");
  await mkdir(incomingDir, { recursive: true });
  await removeLeftovers(incomingDir);
  const checked = new Map<string, Promise<boolean>>();
  const path = (sha256: string) => join(dir, sha256);

  async function check(sha256: string, file: string): Promise<boolean> {
    const stored = path(sha256);
    const found = await sha256OfFile(stored).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (found === sha256) return true;
    if (found !== undefined) {
      log.warn(
        { file, sha256, path: stored },
        "a stored package file was damaged; it is thrown away and fetched again",
      );
      await rm(stored, { force: true });
    }
    return false;
  }

  return {
    path,
    has: async (sha256, file) => {
      const answer = checked.get(sha256) ?? check(sha256, file);
      checked.set(sha256, answer);
      const good = await answer.catch((error: unknown) => {
        checked.delete(sha256);
        throw error;
      });
      const there = good && (await stat(path(sha256)).then(() => true, isMissingOrThrow));
      if (!there) checked.delete(sha256);
      if (there && maxBytes !== Infinity) await touch(path(sha256));
      return there;
    },
    receive: async () => {
      const temporary = join(incomingDir, crypto.randomUUID());
      return { path: temporary, handle: await open(temporary, "wx") };
    },
    keep: async ({ path: temporary, handle }, sha256) => {
      await handle.sync();
      await handle.close();
      await rename(temporary, path(sha256));
      const folder = await open(dir, "r");
      await folder.sync().finally(() => folder.close());
      checked.set(sha256, Promise.resolve(true));
      if (maxBytes !== Infinity) await trimFolder(dir, maxBytes);
    },
    drop: async ({ path: temporary, handle }) => {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
}

/** Marks a file as used now. One that is just being removed needs no mark. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/** Other copies of the server may share the folder, so what is young is left alone. */
async function removeLeftovers(dir: string) {
  const yesterday = Date.now() - 24 * 3600_000;
  for (const name of await readdir(dir)) {
    const found = await stat(join(dir, name)).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < yesterday)
      await rm(join(dir, name), { force: true });
  }
}

function isMissingOrThrow(error: unknown): false {
  if (isMissing(error)) return false;
  throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
