/**
 * Addresses under an app's origin that the platform keeps for itself. All else under `/` belongs to
 * the app and is answered by the service worker out of Python.
 */
export const reserved = "/_portafilter/";

export const paths = {
  /** The runtime frame's page. It carries the manifest (see `Manifest`) as JSON. */
  frame: `${reserved}frame`,
  serviceWorker: `${reserved}sw.js`,
  /** Built files of the runner: `worker.js`, `page.js`, … */
  runner: `${reserved}runner/`,
  /** Pyodide's core files. */
  pyodide: `${reserved}pyodide/`,
  /** `<sha256>/<file name>`: a whole wheel of the lock, or one that the index listed. */
  packages: `${reserved}packages/`,
  /** `<sha256>/<path inside>`: one member of such a wheel. */
  members: `${reserved}members/`,
  /** `<file name>`: an interpreter image, its pack of files and their description. */
  snapshots: `${reserved}snapshots/`,
  /** `<project>/`: PEP 691 index for micropip; file addresses in it lead back to this server. */
  index: `${reserved}index/`,
  /** Answered by the service worker alone: how code that cannot suspend waits. */
  sync: `${reserved}sync`,
} as const;
