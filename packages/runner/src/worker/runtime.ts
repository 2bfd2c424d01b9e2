import { type Manifest, paths } from "@portafilter/protocol";
import type { FileSystem, Pyodide, PyodideModule } from "../pyodide.ts";
import type { Output } from "./console.ts";
import { createPackages, type Lock, type Packages } from "./packages.ts";
import type { Progress } from "./progress.ts";
import type { PythonRuntime } from "./python.ts";
import { createPythonHost, type PythonHost } from "./python-host.ts";
import type { Secrets } from "./secrets.ts";
import { mountSitePackages } from "./site-packages.ts";
import { fetchImage, type Tree } from "./snapshot.ts";

export type Runtime = {
  readonly pyodide: Pyodide;
  readonly python: PythonRuntime;
  readonly packages: Packages;
  readonly host: PythonHost;
  /** Fetches the contents of site-packages, so that late imports need no request each. */
  readonly fetchPack: () => Promise<void>;
};

/** Emscripten's module, as far as restoring an image needs it. */
type Module = { HEAP8: Int8Array; _malloc: (n: number) => number; _free: (p: number) => void };
type CreateModule = (settings: unknown) => Promise<Module>;

/**
 * Starts the interpreter from a memory image in which the framework is already imported. Begins before
 * it is known which app will run. Everything it needs is asked for at once.
 */
export async function startRuntime(
  manifest: Manifest,
  parts: { progress: Progress; output: Output; secrets: Secrets },
): Promise<Runtime> {
  const { progress, output, secrets } = parts;
  const image = manifest.snapshots.streamlit;
  if (!image) throw new Error("This server has no interpreter image for Streamlit.");
  const size = `${(image.bytes / 1e6).toFixed(1)} MB`;
  const { bytes, filled } = fetchImage(image, (done) => {
    progress.report("runtime", `Python and Streamlit, ${size}`, done * 0.8);
  });
  const treeLoaded = json<Tree>(image.tree);
  const lockLoaded = json<Lock>(manifest.lock);
  const create = imported<{ default: CreateModule }>(`${manifest.pyodide}pyodide.asm.mjs`);
  const core = await imported<PyodideModule>(`${manifest.pyodide}pyodide.mjs`);
  const tree = await treeLoaded;
  const eagerPack = fetchPack(tree.pack, tree.eager);

  let usePack: (pack: Uint8Array) => void = () => undefined;
  const settings = {
    indexURL: manifest.pyodide,
    lockFileContents: lockLoaded,
    packageBaseUrl: location.origin + paths.packages,
    packages: [],
    // Pyodide itself reads the metadata of every distribution while it starts.
    fsInit: async (fs: FileSystem) => {
      ({ usePack } = mountSitePackages(fs, tree));
      usePack(await eagerPack);
    },
    stdout: (line: string) => {
      output.write("stdout", line);
    },
    stderr: (line: string) => {
      output.write("stderr", line);
    },
    _loadSnapshot: bytes,
    createPyodideModule: async (options: unknown) => {
      const module = await (await create).default(options);
      growTo(module, bytes.length);
      await filled;
      return module;
    },
  };
  const pyodide = await core.loadPyodide(settings);
  progress.report("runtime", "Python and Streamlit", 1);

  const packages = createPackages(pyodide, await lockLoaded, tree, progress);
  const host = createPythonHost(secrets, packages);
  pyodide.registerJsModule("_portafilter_host", host.module);
  const python = pyodide.pyimport("portafilter_runtime") as PythonRuntime;
  secrets.usePython(python);
  return {
    pyodide,
    python,
    packages,
    host,
    fetchPack: async () => {
      usePack(await fetchPack(tree.pack));
    },
  };
}

/** The image is copied over the module's memory, which must be as large before (`INITIAL_MEMORY` is not heeded). */
function growTo(module: Module, bytes: number): void {
  const missing = bytes - module.HEAP8.length;
  if (missing > 0) module._free(module._malloc(missing + module.HEAP8.length));
}

/** The first `bytes` of the pack, or all of it. */
async function fetchPack(url: string, bytes?: number): Promise<Uint8Array> {
  const range = bytes === undefined ? {} : { headers: { range: `bytes=0-${bytes - 1}` } };
  const response = await fetch(url, range);
  if (!response.ok) throw new Error(`The server did not send ${url} (${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The server did not send ${url} (${response.status}).`);
  return (await response.json()) as T;
}

function imported<T>(url: string): Promise<T> {
  return import(/* @vite-ignore */ url) as Promise<T>;
}
