import {
  type AccountParts,
  type Config,
  closure,
  createLog,
  createMetrics,
  createMetricsApp,
  createPackages,
  createServer,
  fetchFiles,
  type Listening,
  type Log,
  type Metrics,
  openAccountParts,
  type Packages,
  places,
  readConfig,
  readLock,
  withoutAccounts,
} from "@portafilter/server";
import { connectionLimits } from "./connection-limits.ts";
import { essential, prepare } from "./prepare.ts";
import { checkStart, listenForMetrics, listenOrTell } from "./start-checks.ts";
import { aborted, stopSignal } from "./stop-signal.ts";

/**
 * Serves until SIGINT or SIGTERM. Standard output is for people; the log goes to standard error.
 * @throws UnusableDatabase when the database in this process gave up: answers under way are finished,
 * then it ends, for whoever watches over it to start it again.
 */
export async function serve(say: (line: string) => void): Promise<void> {
  const stop = stopSignal();
  const config = readConfig();
  const log = createLog(config.logLevel);
  if (!(await checkStart(config, stop))) return;
  if (config.accounts === undefined) {
    say("There are no accounts, and no database is used: KEYSERVER_ADDR is not set.");
  }
  const metrics = createMetrics();
  const opening = openAccounts(config, log, metrics);
  // It may fail while packages are still fetched; it is told when it is waited for.
  opening.catch(() => undefined);
  try {
    const opened = createPackages(config, readLock(), places, log);
    const packages = await Promise.race([opened, aborted(stop)]);
    if (packages === undefined) return;
    const [accounts] = await Promise.all([opening, prepare(packages, config, say, stop)]);
    if (stop.aborted) return;
    const listening = await openListeners(config, { packages, accounts, metrics, log });
    warnOfSharedSite(config, log);
    say(`Portafilter is ready at ${config.platformOrigin}`);
    fetchRest(packages, log);
    const end = await Promise.race([accounts.ended, aborted(stop)]);
    accounts.endStreams();
    await Promise.all(listening.map((one) => one.close()));
    if (end !== undefined) throw end;
  } finally {
    await opening.then(
      (accounts) => accounts.close(),
      () => undefined,
    );
  }
}

type Parts = Readonly<{
  packages: Packages;
  accounts: AccountParts;
  metrics: Metrics;
  log: Log;
}>;

async function openListeners(
  config: Config,
  { packages, accounts: { api, readiness }, metrics, log }: Parts,
): Promise<readonly Listening[]> {
  const count = metrics.request;
  const folders = places;
  const app = await createServer({ config, packages, folders, api, readiness, count, log });
  const limits = connectionLimits(config);
  const https = config.platformOrigin.startsWith("https:");
  const server = await listenOrTell(app, "PORT", config, { ...limits, https });
  const forOperators = createMetricsApp(metrics, readiness, config.platformHost);
  const operators = await listenForMetrics(forOperators, config, limits);
  return operators === undefined ? [server] : [server, operators];
}

function openAccounts(config: Config, log: Log, metrics: Metrics): Promise<AccountParts> {
  const ports = { ...config, log, metrics };
  return config.accounts === undefined
    ? Promise.resolve(withoutAccounts(ports))
    : openAccountParts(config.accounts, config.dataDir, ports);
}

/** What the framework imports later, so that the next start needs no network for it. */
function fetchRest({ lock, mirror }: Packages, log: Log): void {
  const files = closure(lock, essential, true);
  void fetchFiles(mirror, files, undefined, 2).then((results) => {
    const failed = results.filter((result) => "error" in result).map(({ file }) => file.file);
    if (failed.length > 0) log.info({ files: failed }, "packages that no source has just now");
  });
}

/** Without the public suffix list: a first guess, good for a warning. Development shares a site knowingly. */
function warnOfSharedSite({ platformOrigin, platformHost, appsDomain }: Config, log: Log): void {
  const site = (host: string) => host.split(".").slice(-2).join(".");
  if (platformOrigin.startsWith("https:") && site(platformHost) === site(appsDomain)) {
    log.warn(
      "APPS_DOMAIN shares a site with the platform; give apps a registrable domain of their own",
    );
  }
}
