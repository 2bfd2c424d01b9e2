import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { forgetOldest } from "../forget-oldest.ts";
import { createGate } from "../gate.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { Download } from "./download.ts";
import type { Lock } from "./lock.ts";
import type { Attempt, Bytes, WantedFile } from "./sources.ts";
import type { Store } from "./store.ts";

/** A package file, ready to be sent. `size` is undefined while nobody knows it. */
type OpenedFile = Readonly<{ size: number | undefined; bytes: () => Bytes }>;

export type Mirror = Readonly<{
  /** Lets files be fetched that the lock does not name, because a package index listed them. */
  remember: (files: readonly WantedFile[]) => void;
  /**
   * Opens a file for reading, while it is still being fetched if need be.
   * @throws Problem `package_unknown`, `package_unavailable` or `package_corrupt`.
   */
  open: (sha256: string, file: string) => Promise<OpenedFile>;
  /** Whether a file of the lock is here already, whole and checked. */
  has: (sha256: string) => Promise<boolean>;
  /** Path of a whole and checked file of the lock. Throws as `open`. */
  whole: (sha256: string) => Promise<string>;
  /** The same of the lock's container; undefined where it would have to be fetched, unless that is wanted. */
  container: (fetch: boolean) => Promise<string | undefined>;
}>;

/** Files that an index listed and that may be asked for; the oldest are forgotten. */
const maxRemembered = 50_000;
/** Listed files that are fetched at once: what is not in the store yet takes room on the disk, too. */
const listedAtOnce = 8;

/**
 * Serves the files of the lock, and those that an index listed, out of a store each: the second one
 * is bounded, because what apps ask for is not.
 */
export function createMirror(
  lock: Lock,
  stores: Readonly<{ locked: Store; listed: Store }>,
  sourcesOf: (wanted: WantedFile) => Attempt[],
  log: Log,
): Mirror {
  const locked = new Map<string, WantedFile>(lock.files.map((file) => [file.sha256, file]));
  const listed = new Map<string, WantedFile>();
  const running = new Map<string, Download>();
  const inTurn = createGate(listedAtOnce);
  const { project: name, ...rest } = lock.container;
  const container: WantedFile = { name, ...rest, sources: [{ kind: "index" }] };

  /** The one download of this file; whoever asks meanwhile shares it. */
  function download(wanted: WantedFile, store: Store): Download {
    const known = running.get(wanted.sha256);
    if (known !== undefined) return known;
    const turn = store === stores.listed ? inTurn : undefined;
    const started = new Download(wanted, sourcesOf(wanted), store, log, turn);
    running.set(wanted.sha256, started);
    const end = () => running.delete(wanted.sha256);
    started.finished.then(end, end);
    return started;
  }

  async function open(sha256: string, file: string): Promise<OpenedFile> {
    const wanted = locked.get(sha256) ?? listed.get(sha256);
    if (wanted?.file !== file) throw new Problem("package_unknown");
    const store = locked.has(sha256) ? stores.locked : stores.listed;
    if (await store.has(sha256, file)) {
      const path = store.path(sha256);
      return { size: (await stat(path)).size, bytes: () => createReadStream(path) };
    }
    const incoming = download(wanted, store);
    await incoming.opened;
    return { size: wanted.size, bytes: () => incoming.read() };
  }

  async function whole(wanted: WantedFile | undefined): Promise<string> {
    if (wanted === undefined) throw new Problem("package_unknown");
    const store = stores.locked;
    if (!(await store.has(wanted.sha256, wanted.file))) await download(wanted, store).finished;
    return store.path(wanted.sha256);
  }

  return {
    open,
    has: async (sha256) => {
      const wanted = locked.get(sha256);
      return wanted !== undefined && stores.locked.has(sha256, wanted.file);
    },
    whole: (sha256) => whole(locked.get(sha256)),
    container: async (fetch) =>
      fetch || (await stores.locked.has(container.sha256, container.file))
        ? whole(container)
        : undefined,
    remember: (files) => {
      for (const file of files) {
        listed.delete(file.sha256);
        listed.set(file.sha256, file);
      }
      forgetOldest(listed, maxRemembered);
    },
  };
}
