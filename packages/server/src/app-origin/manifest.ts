import { type Manifest, manifest, paths } from "@portafilter/protocol";
import { type Lock, normalizedName } from "../packages/lock.ts";
import type { Snapshots } from "./snapshots.ts";

/**
 * Frameworks' files that the service worker may take straight from the wheel: path in the app (a prefix
 * where it ends in a slash, other than `/` itself) to path in the wheel.
 */
const statics: Readonly<Record<string, { wheel: string; prefixes: Record<string, string> }>> = {
  streamlit: {
    wheel: "streamlit",
    prefixes: {
      "/": "streamlit/static/index.html",
      "/static/": "streamlit/static/static/",
      "/favicon.png": "streamlit/static/favicon.png",
    },
  },
};

export type ManifestParts = Readonly<{
  platformOrigin: string;
  /** Versions are parts of addresses whose content never changes. */
  runnerVersion: string;
  pyodideVersion: string;
  /** File name of the runtime wheel in the runner's folder. */
  runtimeWheel: string;
  lock: Lock;
  snapshots: Snapshots;
}>;

/** What the runtime frame needs to know to start. */
export function createManifest(parts: ManifestParts): Manifest {
  const pyodide = `${paths.pyodide}${parts.pyodideVersion}/`;
  return manifest.parse({
    v: 1,
    platformOrigin: parts.platformOrigin,
    version: parts.runnerVersion,
    pyodide,
    lock: `${pyodide}pyodide-lock.json`,
    runtime: `${paths.runner}${parts.runnerVersion}/${parts.runtimeWheel}`,
    snapshots: Object.fromEntries(
      Object.entries(parts.snapshots).map(([name, { image, tree, bytes }]) => [
        name,
        { url: paths.snapshots + image, tree: paths.snapshots + tree, bytes },
      ]),
    ),
    statics: Object.fromEntries(
      Object.entries(statics).map(([framework, { wheel, prefixes }]) => {
        const file = parts.lock.files.find(({ name }) => normalizedName(name) === wheel);
        if (file === undefined) throw new Error(`${wheel} is not in the lock`);
        const base = `${paths.members}${file.sha256}/`;
        const entries = Object.entries(prefixes).map(([from, to]) => [from, base + to]);
        return [framework, Object.fromEntries(entries) as unknown];
      }),
    ),
  });
}

/** The manifest and the frame's script, as elements of the frame's page. JSON holds no `<` of its own that could end the element. */
export function manifestElement(content: Manifest): string {
  const json = JSON.stringify(content).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const script = `${paths.runner}${content.version}/frame.js`;
  return `<script type="application/json" id="manifest">${json}</script><script type="module" src="${script}"></script>`;
}
