import {
  type Config,
  closure,
  type Fetched,
  fetchFiles,
  type LockedFile,
  missingFiles,
  type Packages,
} from "@portafilter/server";
import { Fatal } from "./fatal.ts";
import { ensureSnapshot } from "./snapshot.ts";
import { aborted } from "./stop-signal.ts";

/** What must be here before anybody is told that the server is ready: both programs in `examples/` run on it. */
export const essential = ["streamlit", "openai", "micropip"];

/**
 * Fetches and makes what a first visitor needs; says so when it takes a while.
 * @throws Fatal when packages cannot be had.
 */
export async function prepare(
  packages: Packages,
  config: Pick<Config, "dataDir">,
  say: (line: string) => void,
  stop: AbortSignal,
): Promise<void> {
  const files = closure(packages.lock, essential);
  await Promise.race([bring(packages.mirror, files, say), aborted(stop)]);
  if (stop.aborted) return;
  const onMake = () => {
    say("Making the interpreter image; this happens once and takes about ten seconds …");
  };
  await ensureSnapshot(packages, config.dataDir, onMake, stop).catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
}

/**
 * Checks the files that are in the store, and fetches the others.
 * @throws Fatal naming those that could not be had.
 */
export async function bring(
  mirror: Pick<Packages["mirror"], "has" | "whole">,
  files: readonly LockedFile[],
  say: (line: string) => void,
): Promise<void> {
  const wanted = await missingFiles(mirror, files, sayProgress(say, "Checking", files.length));
  const failed = await fetchTwice(mirror, wanted, sayProgress(say, "Fetching", wanted.length));
  if (failed.length > 0) throw new Fatal(missing(failed));
}

/** What could not be fetched, after a second try: among dozens of requests one may break by chance. */
async function fetchTwice(
  mirror: Pick<Packages["mirror"], "whole">,
  files: readonly LockedFile[],
  onEach: (done: number) => void,
): Promise<Fetched[]> {
  const failed = (results: readonly Fetched[]) => results.filter((result) => "error" in result);
  const first = failed(await fetchFiles(mirror, files, onEach));
  return failed(
    await fetchFiles(
      mirror,
      first.map(({ file }) => file),
    ),
  );
}

/** At most one line a second, and none for what is quick. */
function sayProgress(
  say: (line: string) => void,
  what: "Checking" | "Fetching",
  of: number,
): (done: number) => void {
  let last = Date.now();
  return (done) => {
    if (Date.now() - last < 1000) return;
    last = Date.now();
    say(`${what} packages: ${done} of ${of} …`);
  };
}

function missing(failed: readonly Fetched[]): string {
  const [first, ...others] = failed.map(({ file }) => file.file);
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return (
    `Packages that every app needs could not be fetched: ${first ?? ""}${more}. Check the network, ` +
    "or set PIP_INDEX_URL, PYODIDE_CDN or WHEELHOUSE; LOG_LEVEL=debug shows each attempt."
  );
}
