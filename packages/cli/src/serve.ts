import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import {
  type Config,
  closure,
  createLog,
  createPackages,
  createServer,
  type Fetched,
  fetchFiles,
  type Log,
  listen,
  type Packages,
  places,
  readConfig,
  readLock,
} from "@portafilter/server";
import { Fatal } from "./fatal.ts";
import { ensureSnapshot } from "./snapshot.ts";

/** What must be here before anybody is told that the server is ready: both programs in `examples/` run on it. */
const essential = ["streamlit", "openai", "micropip"];

/** Serves until SIGINT or SIGTERM. Standard output is for people; the log goes to standard error. */
export async function serve(say: (line: string) => void): Promise<void> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  await writable(config.dataDir);
  const packages = await createPackages(config, readLock(), places, log);
  await prepare(packages, config, say);
  const app = await createServer({ config, packages, folders: places, log });
  const server = await listen(app, config.port, config.host).catch((error: unknown) => {
    throw portFailure(error, config);
  });
  say(`Portafilter is ready at ${config.platformOrigin}`);
  fetchRest(packages, log);
  await stopSignal();
  await server.close();
}

/** Fetches and makes what a first visitor needs; says so when it takes a while. */
async function prepare(packages: Packages, config: Config, say: (line: string) => void) {
  const files = closure(packages.lock, essential);
  const results = await fetchFiles(packages.mirror, files, sayProgress(say, files.length));
  const failed = results.flatMap((result) => ("error" in result ? [result] : []));
  if (failed.length > 0) throw new Fatal(missing(failed));
  await ensureSnapshot(packages, config.dataDir, () => {
    say("Making the interpreter images; this happens once and takes about half a minute …");
  });
}

/** At most one line a second, and none for a start that is quick. */
function sayProgress(say: (line: string) => void, of: number): (done: number) => void {
  let last = Date.now();
  return (done) => {
    if (Date.now() - last < 1000) return;
    last = Date.now();
    say(`Fetching packages: ${done} of ${of} …`);
  };
}

function missing(failed: readonly Fetched[]): string {
  const names = failed.map(({ file }) => file.file).join(", ");
  return (
    `Packages that Streamlit needs could not be fetched: ${names}. Check the network, or set ` +
    "PIP_INDEX_URL, PYODIDE_CDN or WHEELHOUSE. LOG_LEVEL=debug shows each attempt."
  );
}

/** What the framework imports later, so that the next start needs no network for it. */
function fetchRest({ lock, mirror }: Packages, log: Log): void {
  const files = closure(lock, essential, true);
  void fetchFiles(mirror, files, undefined, 2).then((results) => {
    const failed = results.filter((result) => "error" in result).map(({ file }) => file.file);
    if (failed.length > 0) log.info({ files: failed }, "packages that no source has just now");
  });
}

async function writable(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK | constants.X_OK);
  } catch {
    throw new Fatal(`DATA_DIR cannot be written to: ${dir}`);
  }
}

function portFailure(error: unknown, { port, host }: Config): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return new Fatal(`Port ${port} is taken: stop the other program, or set PORT to another one.`);
  }
  if (code === "EACCES") return new Fatal(`Port ${port} needs more rights: set PORT above 1023.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new Fatal(`HOST is no address of this machine: ${host}`);
  }
  return error;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}
