import { type Manifest, paths } from "@portafilter/protocol";
import type { Pyodide, PyodideModule } from "../pyodide.ts";
import type { Output } from "./console.ts";
import { fetchJson } from "./fetch.ts";
import { fetchPack, fetchTree, type Tree } from "./image.ts";
import { createPackages, type Lock, type Packages } from "./packages.ts";
import type { Progress } from "./progress.ts";
import type { PythonRuntime } from "./python.ts";
import { createPythonHost, type PythonHost } from "./python-host.ts";
import { ImageDoesNotFit, restoreImage } from "./restore.ts";
import type { Secrets } from "./secrets.ts";
import { mountSitePackages, type SitePackages } from "./site-packages.ts";
import type { Schedule, Turns } from "./turns.ts";

export type Runtime = {
  readonly pyodide: Pyodide;
  readonly python: PythonRuntime;
  readonly packages: Packages;
  readonly host: PythonHost;
  /** Fetches the contents of site-packages, so that late imports need no request each. */
  readonly fetchPack: () => Promise<void>;
};

/**
 * Starts the interpreter. Begins before it is known which app will run, and asks for everything that it
 * needs at once.
 */
export async function startRuntime(
  manifest: Manifest,
  parts: { progress: Progress; output: Output; secrets: Secrets; turns: Turns },
): Promise<Runtime> {
  const { progress, output, secrets, turns } = parts;
  const lock = fetchJson<Lock>(manifest.lock);
  const start: Start = {
    manifest,
    progress,
    settings: {
      indexURL: manifest.pyodide,
      lockFileContents: lock,
      packageBaseUrl: location.origin + paths.packages,
      packages: [],
      stdout: (line: string) => {
        output.write("stdout", line);
      },
      stderr: (line: string) => {
        output.write("stderr", line);
      },
    },
  };
  const { pyodide, tree, files } = await startInterpreter(start);
  // Nobody else says so: the app would only stand still.
  pyodide._api.on_fatal = progress.fail;
  const loop = pyodide.pyimport("pyodide.webloop") as { scheduleCallback: Schedule };
  loop.scheduleCallback = turns.through(loop.scheduleCallback);
  const packages = createPackages(pyodide, await lock, tree, progress);
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
      files.usePack(await fetchPack(tree));
    },
  };
}

type Start = { manifest: Manifest; progress: Progress; settings: object };
type Started = { pyodide: Pyodide; tree: Tree; files: SitePackages };

/** From the image of Streamlit where this browser can restore it, else from nothing, which takes longer. */
async function startInterpreter(start: Start): Promise<Started> {
  const image = start.manifest.snapshots.streamlit;
  if (!image) throw new Error("This server has no interpreter image for Streamlit.");
  const tree = fetchTree(image);
  try {
    return await restoreImage(start, image, tree);
  } catch (error) {
    if (error instanceof ImageDoesNotFit) return startAfresh(start, await tree);
    throw error;
  }
}

async function startAfresh({ manifest, progress, settings }: Start, tree: Tree): Promise<Started> {
  progress.report("runtime", "Python and Streamlit, without an image");
  const pack = fetchPack(tree);
  const core = (await import(/* @vite-ignore */ `${manifest.pyodide}pyodide.mjs`)) as PyodideModule;
  const files = mountSitePackages(tree);
  const pyodide = await core.loadPyodide({ ...settings, fsInit: files.mount });
  files.usePack(await pack);
  return { pyodide, tree, files };
}
