import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import type { Admission, Client } from "./admission.ts";
import { Download } from "./download.ts";
import type { Lock } from "./lock.ts";
import type { Attempt, Bytes, WantedFile } from "./sources.ts";
import type { Store } from "./store.ts";

/** A package file, ready to be sent. `size` is undefined while nobody knows it. */
type OpenedFile = Readonly<{ size: number | undefined; bytes: () => Bytes }>;

export type Mirror = Readonly<{
  /**
   * Opens a file of the lock, or one that the package index lists under this name and sha256, for reading,
   * while it is still being fetched if need be. `client` is whose limits count where the lock does not name it.
   * @throws Problem `package_unknown`, `package_unavailable`, `package_corrupt`, `rate_limited` or `package_busy`.
   */
  open: (sha256: string, file: string, client: Client) => Promise<OpenedFile>;
  /** Whether a file of the lock is here already, whole and checked. */
  has: (sha256: string) => Promise<boolean>;
  /** Path of a whole and checked file of the lock. Throws as `open`. */
  whole: (sha256: string) => Promise<string>;
  /** The same of the lock's container; undefined where it would have to be fetched, unless that is wanted. */
  container: (fetch: boolean) => Promise<string | undefined>;
}>;

export type MirrorPorts = Readonly<{
  lock: Lock;
  stores: Readonly<{ locked: Store; listed: Store }>;
  sourcesOf: (wanted: WantedFile) => Attempt[];
  /** What the page of the file's project lists under this name and sha256. Throws as `PackageIndex.project`. */
  listed: (sha256: string, file: string, client: Client) => Promise<WantedFile | undefined>;
  /** Lets a listed file be fetched: what is not in the store yet takes room on the disk, too. */
  admit: Admission;
  log: Log;
}>;

/**
 * Serves the files of the lock, and those that an index listed, out of a store each: the second one
 * is bounded, because what apps ask for is not.
 */
export function createMirror(ports: MirrorPorts): Mirror {
  const { lock, stores, sourcesOf, admit, log } = ports;
  const locked = new Map<string, WantedFile>(lock.files.map((file) => [file.sha256, file]));
  /** By name and sha256: whatever other project lists the same bytes has no part in it. */
  const running = new Map<string, Download>();
  const { project: name, ...rest } = lock.container;
  const container: WantedFile = { name, ...rest, sources: [{ kind: "index" }] };

  /** The one download of this file; whoever asks meanwhile shares it. */
  function download(wanted: WantedFile, store: Store): Download {
    const key = keyOf(wanted);
    const known = running.get(key);
    if (known !== undefined) return known;
    const started = new Download(wanted, sourcesOf(wanted), store, log);
    running.set(key, started);
    const end = () => running.delete(key);
    started.finished.then(end, end);
    return started;
  }

  /** The download of a listed file, once it may begin; undefined when the file has come by then. */
  function downloadListed(wanted: WantedFile, client: Client): Promise<Download | undefined> {
    const begun = Promise.withResolvers<Download | undefined>();
    const work = async () => {
      const isHere = await stores.listed.has(wanted.sha256, wanted.file);
      const started = isHere ? undefined : download(wanted, stores.listed);
      begun.resolve(started);
      await started?.finished;
    };
    admit(client, work).catch(begun.reject);
    return begun.promise;
  }

  async function open(sha256: string, file: string, client: Client): Promise<OpenedFile> {
    const own = locked.get(sha256);
    if (own?.file === file) {
      if (await stores.locked.has(sha256, file)) return stored(stores.locked, sha256);
      return incoming(own, download(own, stores.locked));
    }
    const wanted = await ports.listed(sha256, file, client);
    if (wanted === undefined) throw new Problem("package_unknown");
    if (await stores.listed.has(sha256, file)) return stored(stores.listed, sha256);
    const begun = running.get(keyOf(wanted)) ?? (await downloadListed(wanted, client));
    return begun === undefined ? stored(stores.listed, sha256) : incoming(wanted, begun);
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
  };
}

function keyOf({ sha256, file }: WantedFile): string {
  return `${sha256} ${file}`;
}

async function stored(store: Store, sha256: string): Promise<OpenedFile> {
  const path = store.path(sha256);
  return { size: (await stat(path)).size, bytes: () => createReadStream(path) };
}

async function incoming({ size }: WantedFile, download: Download): Promise<OpenedFile> {
  await download.opened;
  return { size, bytes: () => download.read() };
}
