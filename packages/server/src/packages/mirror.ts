import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { Download } from "./download.ts";
import type { Lock } from "./lock.ts";
import type { Attempt, Bytes, WantedFile } from "./sources.ts";
import type { Store } from "./store.ts";

/** A package file, ready to be sent. `size` is undefined while nobody knows it. */
export type OpenedFile = Readonly<{ size: number | undefined; bytes: () => Bytes }>;

export type Mirror = Readonly<{
  /** Lets files be fetched that the lock does not name, because a package index listed them. */
  remember: (files: readonly WantedFile[]) => void;
  /**
   * Opens a file for reading, while it is still being fetched if need be.
   * @throws Problem `package_unknown`, `package_unavailable` or `package_corrupt`.
   */
  open: (sha256: string, file: string) => Promise<OpenedFile>;
  /** Path of a whole and checked file of the lock. Throws as `open`. */
  whole: (sha256: string) => Promise<string>;
  /** Path of the file if it is here already. */
  ifHere: (sha256: string) => Promise<string | undefined>;
}>;

/** Files that an index listed and that may be asked for; the oldest are forgotten. */
const maxRemembered = 50_000;

export function createMirror(
  lock: Lock,
  store: Store,
  sourcesOf: (wanted: WantedFile) => Attempt[],
  log: Log,
): Mirror {
  const locked = new Map<string, WantedFile>(lock.files.map((file) => [file.sha256, file]));
  const { project: name, ...container } = lock.container;
  locked.set(container.sha256, { name, ...container, sources: [{ kind: "index" }] });
  const remembered = new Map<string, WantedFile>();
  const running = new Map<string, Download>();

  function find(sha256: string): WantedFile {
    const wanted = locked.get(sha256) ?? remembered.get(sha256);
    if (wanted === undefined) throw new Problem("package_unknown");
    return wanted;
  }

  /** The one download of this file; whoever asks meanwhile shares it. */
  function download(wanted: WantedFile): Download {
    const known = running.get(wanted.sha256);
    if (known !== undefined) return known;
    const started = new Download(wanted, sourcesOf(wanted), store, log);
    running.set(wanted.sha256, started);
    const end = () => running.delete(wanted.sha256);
    started.finished.then(end, end);
    return started;
  }

  async function open(sha256: string, file: string): Promise<OpenedFile> {
    const wanted = find(sha256);
    if (wanted.file !== file) throw new Problem("package_unknown");
    if (await store.has(sha256)) {
      const path = store.path(sha256);
      return { size: (await stat(path)).size, bytes: () => createReadStream(path) };
    }
    const incoming = download(wanted);
    await incoming.opened;
    return { size: wanted.size, bytes: () => incoming.read() };
  }

  return {
    open,
    remember: (files) => {
      for (const file of files) {
        remembered.delete(file.sha256);
        remembered.set(file.sha256, file);
      }
      for (const oldest of remembered.keys()) {
        if (remembered.size <= maxRemembered) break;
        remembered.delete(oldest);
      }
    },
    whole: async (sha256) => {
      const wanted = find(sha256);
      if (!(await store.has(sha256))) await download(wanted).finished;
      return store.path(sha256);
    },
    ifHere: async (sha256) => ((await store.has(sha256)) ? store.path(sha256) : undefined),
  };
}
