import { once } from "node:events";
import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import {
  type Config,
  closure,
  createLog,
  createMetrics,
  createMetricsApp,
  createPackages,
  createServer,
  type Fetched,
  fetchFiles,
  type LockedFile,
  type Log,
  listen,
  type Packages,
  places,
  readConfig,
  readLock,
  withoutAccounts,
} from "@portafilter/server";
import { Fatal } from "./fatal.ts";
import { ensureSnapshot } from "./snapshot.ts";

/** What must be here before anybody is told that the server is ready: both programs in `examples/` run on it. */
const essential = ["streamlit", "openai", "micropip"];

/** Serves until SIGINT or SIGTERM. Standard output is for people; the log goes to standard error. */
export async function serve(say: (line: string) => void): Promise<void> {
  const stop = stopSignal();
  const config = readConfig();
  const log = createLog(config.logLevel);
  await writable(config.dataDir);
  // Asked for before the long work, so that a port that is taken is told at once.
  await (await listenOrTell({ fetch: () => new Response() }, config)).close();
  const packages = await createPackages(config, readLock(), places, log);
  await prepare(packages, config, say, stop);
  if (stop.aborted) return;
  const accounts = withoutAccounts({ ...config, log });
  const metrics = createMetrics();
  const { api, readiness } = accounts;
  const count = metrics.request;
  const app = await createServer({
    config,
    packages,
    folders: places,
    api,
    readiness,
    count,
    log,
  });
  const server = await listenOrTell(app, config);
  const metricsServer =
    config.metricsPort === undefined
      ? undefined
      : await listenOrTell(createMetricsApp(metrics, readiness), {
          port: config.metricsPort,
          host: "127.0.0.1",
        });
  if (sharesSite(config)) {
    log.warn(
      "APPS_DOMAIN shares a site with the platform; give apps a registrable domain of their own",
    );
  }
  say(`Portafilter is ready at ${config.platformOrigin}`);
  fetchRest(packages, log);
  await aborted(stop);
  await Promise.all([accounts.close(), server.close(), metricsServer?.close()]);
}

/** Fetches and makes what a first visitor needs; says so when it takes a while. */
async function prepare(
  packages: Packages,
  config: Config,
  say: (line: string) => void,
  stop: AbortSignal,
): Promise<void> {
  const files = closure(packages.lock, essential);
  const fetching = fetchTwice(packages.mirror, files, sayProgress(say, files.length));
  const failed = await Promise.race([fetching, aborted(stop)]);
  if (failed === undefined) return;
  if (failed.length > 0) throw new Fatal(missing(failed));
  const onMake = () => {
    say("Making the interpreter image; this happens once and takes about ten seconds …");
  };
  await ensureSnapshot(packages, config.dataDir, onMake, stop).catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
}

/** What could not be fetched, after a second try: among dozens of requests one may break by chance. */
async function fetchTwice(
  mirror: Packages["mirror"],
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
  const [first, ...others] = failed.map(({ file }) => file.file);
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return (
    `Packages that every app needs could not be fetched: ${first ?? ""}${more}. Check the network, ` +
    "or set PIP_INDEX_URL, PYODIDE_CDN or WHEELHOUSE; LOG_LEVEL=debug shows each attempt."
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

async function listenOrTell(
  app: Parameters<typeof listen>[0],
  { port, host }: Pick<Config, "port" | "host">,
) {
  return listen(app, port, host).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") {
      throw new Fatal(`Port ${port} is taken: stop the other program, or set PORT to another one.`);
    }
    if (code === "EACCES") throw new Fatal(`Port ${port} needs more rights: set PORT above 1023.`);
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      throw new Fatal(`HOST is no address of this machine: ${host}`);
    }
    throw error;
  });
}

/** Without the public suffix list: a first guess, good for a warning. Development shares a site knowingly. */
function sharesSite({ platformOrigin, platformHost, appsDomain }: Config): boolean {
  const site = (host: string) => host.split(".").slice(-2).join(".");
  return platformOrigin.startsWith("https:") && site(platformHost) === site(appsDomain);
}

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop.abort();
    });
  }
  return stop.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
