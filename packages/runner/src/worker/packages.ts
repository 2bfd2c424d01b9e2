import { paths } from "@portafilter/protocol";
import type { Pyodide } from "../pyodide.ts";
import type { Tree } from "./image.ts";
import type { Progress } from "./progress.ts";

type LockedPackage = {
  readonly name: string;
  readonly version: string;
  readonly file_name: string;
  readonly depends: readonly string[];
  readonly imports: readonly string[];
  /** `dynlib` for shared libraries, which other packages load by their bare names. */
  readonly install_dir?: string;
  /** Bytes; ours, not in Pyodide's own locks. */
  readonly size?: number;
};
export type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> };

export type Packages = {
  /** Name of the package of the lock that provides a top-level module and is not loaded yet. */
  readonly providerOf: (module: string) => string | null;
  readonly load: (names: readonly string[]) => Promise<void>;
  /** The same for code that cannot suspend: blocks the worker, one file at a time. */
  readonly loadSync: (names: readonly string[]) => void;
};

/** Where the dynamic linker looks, as Pyodide sets it up. */
const sharedLibraries = "/usr/lib";

/** Loads packages of the lock, on top of those that are in the memory image. */
export function createPackages(
  pyodide: Pyodide,
  lock: Lock,
  tree: Tree,
  progress: Progress,
): Packages {
  const loaded = pyodide.loadedPackages;
  for (const name of Object.keys(tree.packages)) loaded[name] = "memory image";
  const providers = new Map<string, string>();
  for (const [name, { imports }] of Object.entries(lock.packages)) {
    for (const module of imports) providers.set(module, name);
  }

  const missing = (names: readonly string[], found = new Map<string, LockedPackage>()) => {
    for (const name of names) {
      const entry = lock.packages[name];
      if (!entry || found.has(name) || name in loaded) continue;
      found.set(name, entry);
      missing(entry.depends, found);
    }
    return found;
  };

  return {
    providerOf(module) {
      const name = providers.get(module);
      return name === undefined || name in loaded ? null : name;
    },
    async load(names) {
      const entries = [...missing(names).values()];
      const failures: string[] = [];
      const stopWatching = watchArrivals(entries, progress);
      await pyodide
        .loadPackage(names, {
          messageCallback: () => undefined,
          errorCallback: (text) => failures.push(text),
        })
        .finally(stopWatching);
      const absent = entries.filter(({ name }) => !(name in loaded));
      if (absent.length > 0) throw new Error(await whyAbsent(absent, failures));
    },
    loadSync(names) {
      for (const [name, entry] of missing(names)) {
        const http = new XMLHttpRequest();
        http.open("GET", paths.packages + entry.file_name, false);
        http.responseType = "arraybuffer";
        http.send();
        if (http.status !== 200) throw new Error(unavailable([entry], refusal(http)));
        const extractDir = entry.install_dir === "dynlib" ? sharedLibraries : tree.site;
        pyodide.unpackArchive(http.response as ArrayBuffer, "wheel", { extractDir });
        loaded[name] = "lock";
      }
    },
  };
}

/**
 * Says which of the files are still to come, by name and size, as each arrives: Pyodide fetches them
 * itself and says nothing before all are there. Returns what ends the watch.
 */
function watchArrivals(entries: readonly LockedPackage[], progress: Progress): () => void {
  const coming = new Map(
    entries.map((entry) => [
      new URL(paths.packages + entry.file_name, location.origin).href,
      entry,
    ]),
  );
  const all = weight(entries);
  const tell = () => {
    const left = [...coming.values()];
    if (left.length > 0) progress.report("packages", describe(left), 1 - weight(left) / all);
  };
  tell();
  const observer = new PerformanceObserver((list) => {
    const arrived = list.getEntries().filter(({ name }) => coming.delete(name));
    if (arrived.length > 0) tell();
  });
  observer.observe({ type: "resource" });
  return () => {
    observer.disconnect();
  };
}

/** The lock does not know every size; a package has about a megabyte. */
function weight(entries: readonly LockedPackage[]): number {
  return entries.reduce((sum, { size = 1e6 }) => sum + size, 0);
}

function describe(entries: readonly LockedPackage[]): string {
  return entries
    .map(({ name, size }) => (size === undefined ? name : `${name}, ${(size / 1e6).toFixed(1)} MB`))
    .join("; ");
}

/** The server's own reason for the first file it does not send; else what Pyodide says of the failure. */
async function whyAbsent(
  absent: readonly LockedPackage[],
  failures: readonly string[],
): Promise<string> {
  for (const entry of absent) {
    const response = await fetch(paths.packages + entry.file_name);
    if (!response.ok) return unavailable(absent, sentence(await response.text(), response.status));
    await response.body?.cancel();
  }
  return unavailable(absent, failures.join(" "));
}

function refusal({ response, status }: XMLHttpRequest): string {
  return sentence(new TextDecoder().decode(response as ArrayBuffer), status);
}

/** The message of an answer in the protocol's error format. */
function sentence(answer: string, status: number): string {
  try {
    return (JSON.parse(answer) as { error: { message: string } }).error.message;
  } catch {
    return `The answer was ${status}.`;
  }
}

function unavailable(entries: readonly LockedPackage[], reason: string): string {
  const names = entries.map(({ name, version }) => `${name} ${version}`).join(" and ");
  return `This server could not provide ${names}: ${reason}`;
}
