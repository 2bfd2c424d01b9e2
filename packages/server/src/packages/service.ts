import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { cdnBase, fileHosts, indexAddress } from "./addresses.ts";
import { createAdmission } from "./admission.ts";
import { hostsOf } from "./hosts.ts";
import { projectOf } from "./index-page.ts";
import type { Lock, LockedFile } from "./lock.ts";
import { createMirror, type Mirror } from "./mirror.ts";
import { createPackageIndex, type PackageIndex } from "./package-index.ts";
import { canRun } from "./runnable.ts";
import { createSources } from "./sources.ts";
import { createStore } from "./store.ts";
import { strangeHosts } from "./strange-hosts.ts";
import { createUpstream } from "./upstream.ts";

export type Packages = Readonly<{ lock: Lock; mirror: Mirror; index: PackageIndex }>;

type Settings = Pick<
  Config,
  | "dataDir"
  | "wheelhouse"
  | "pyodideCdn"
  | "pipIndexUrl"
  | "pipConfigFiles"
  | "fileHosts"
  | "connectTimeout"
  | "idleTimeout"
  | "downTime"
  | "listedMaxBytes"
>;

/** The mirror with everything it stands on. `folders`: the repository's wheels and Pyodide's core. */
export async function createPackages(
  config: Settings,
  lock: Lock,
  folders: Readonly<{ bundledWheels: string; pyodide: string }>,
  log: Log,
): Promise<Packages> {
  const stores = {
    locked: await createStore(join(config.dataDir, "packages"), log),
    listed: await createStore(join(config.dataDir, "listed"), log, config.listedMaxBytes),
  };
  const file = lock.files.find(({ name }) => name === "micropip")?.file;
  const micropip = file && join(folders.bundledWheels, file);
  const address = await indexAddress(config.pipIndexUrl, config.pipConfigFiles, micropip);
  const others = await fileHosts(config.fileHosts, micropip);
  const base = await cdnBase(config.pyodideCdn, folders.pyodide);
  const onStrange = strangeHosts(log);
  const upstream = createUpstream({ ...config, hosts: hostsOf(address.url, others), onStrange });
  const cdn = createUpstream({ ...config, hosts: hostsOf(base, others), onStrange });
  const index = createPackageIndex({
    address,
    upstream,
    admit: createAdmission(),
    dir: join(config.dataDir, "index"),
  });
  const sources = createSources({
    wheelhouses: config.wheelhouse === undefined ? [] : [config.wheelhouse],
    bundled: folders.bundledWheels,
    cdnBase: base,
    cdn,
    container: lock.container,
    index,
    upstream,
    wholeContainer: (fetch) => mirror.container(fetch),
  });
  const mirror: Mirror = createMirror({
    lock,
    stores,
    sourcesOf: sources,
    // Of a file's name the index knows the project, and lists no other project's there.
    listed: async (sha256, file, client) => {
      const name = projectOf(file);
      if (!canRun(file, lock.info.abi_version)) return undefined;
      const wheel = await index.file(name, file, sha256, client);
      return wheel && { name, file, sha256, size: wheel.size, sources: [{ kind: "index" }] };
    },
    admit: createAdmission(),
    log,
  });
  return { lock, mirror, index };
}

/**
 * Those of the files that are not in the store, or not whole. What is there is read to find out, a few
 * at a time; `onEach` hears of every file.
 * @throws the file system's error when the store cannot be read.
 */
export async function missingFiles(
  mirror: Pick<Mirror, "has">,
  files: readonly LockedFile[],
  onEach: (done: number) => void = () => undefined,
): Promise<LockedFile[]> {
  const isHere = new Map<LockedFile, boolean>();
  await forEachOf(files, 6, async (file) => {
    isHere.set(file, await mirror.has(file.sha256));
    onEach(isHere.size);
  });
  return files.filter((file) => isHere.get(file) !== true);
}

/** What became of a file that was asked for ahead of time. */
export type Fetched = Readonly<
  { file: LockedFile; path: string } | { file: LockedFile; error: unknown }
>;

/**
 * Brings files into the store, a few at a time. Never rejects: each result says what happened.
 * `onEach` hears of every file that is done.
 */
export async function fetchFiles(
  mirror: Pick<Mirror, "whole">,
  files: readonly LockedFile[],
  onEach: (done: number) => void = () => undefined,
  atOnce = 6,
): Promise<Fetched[]> {
  const results: Fetched[] = [];
  await forEachOf(files, atOnce, async (file) => {
    results.push(
      await mirror.whole(file.sha256).then(
        (path) => ({ file, path }),
        (error: unknown) => ({ file, error }),
      ),
    );
    onEach(results.length);
  });
  return results;
}

/** Works on a few at a time, in their order. */
async function forEachOf<T>(
  all: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = all.values();
  const worker = async () => {
    for (const one of waiting) await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
