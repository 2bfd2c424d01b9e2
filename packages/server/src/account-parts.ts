import { setTimeout as sleep } from "node:timers/promises";
import { type Assembled, type AssemblyPorts, openAssembled } from "./account-assembly.ts";
import { ownAuthSecret } from "./auth-secret.ts";
import type { AccountSettings } from "./config.ts";
import type { DatabaseConfig } from "./db/config.ts";
import { UnusableDatabase } from "./db/faults.ts";
import { anonymousRoutes } from "./http/anonymous.ts";
import { createApi, createRefusingApi } from "./http/api.ts";
import type { SiteApp } from "./http/app.ts";
import type { MountPorts } from "./http/mount.ts";
import type { Readiness } from "./http/readiness.ts";
import { Problem } from "./problem.ts";

/** Accounts and all that hangs on them: database, key server, secrets, audit. */
export type AccountParts = Readonly<{
  /** What answers under `/api/` just now. */
  api: () => SiteApp;
  readiness: Readiness;
  /** Ends every stream and lets no more begin, so that the server can stop. */
  endStreams: () => void;
  /**
   * Resolves with the reason, for people, when there will be no accounts until the process is started
   * again: the database in it gave up, as on a full disk. Everything that needs it is refused until then.
   */
  ended: Promise<UnusableDatabase>;
  /** Closes database and key client. May be called again. */
  close: () => Promise<void>;
}>;

export type AccountPorts = Pick<MountPorts, "log" | "platformOrigin" | "trustedProxies"> &
  Pick<AssemblyPorts, "metrics">;

/** What there is without a key server: visitors without accounts. */
export function withoutAccounts(ports: Omit<AccountPorts, "metrics">): AccountParts {
  const pass = () => Promise.resolve();
  const api = createApi(anonymousRoutes, {
    ...ports,
    sessions: { of: () => Promise.resolve(null), recall: () => null },
    limits: { byAddress: pass, byUser: pass },
  });
  return {
    api: () => api,
    readiness: () => Promise.resolve({}),
    endStreams: () => undefined,
    ended: Promise.withResolvers<never>().promise,
    close: pass,
  };
}

/** Between two tries to reach a database that was not there at the start. */
const retryAfter = 1_000;

/**
 * Opens what accounts need. Where the database cannot be reached it is tried again and again, and until
 * then every address of the API says `database_unavailable`; the key server need not be there at all.
 * @throws ConfigError or UnusableDatabase when only the operator can mend it.
 */
export async function openAccountParts(
  settings: AccountSettings,
  dataDir: string,
  ports: AccountPorts,
): Promise<AccountParts> {
  const { log } = ports;
  let told = "";
  const authSecret = settings.authSecret ?? (await ownAuthSecret(dataDir));
  const database = withoutWaiting(settings.database);
  const stop = new AbortController();
  let api = createRefusingApi("database_unavailable", log);
  let assembled: Assembled | undefined;
  const ended = Promise.withResolvers<UnusableDatabase>();

  async function open(): Promise<void> {
    const all = { ...settings, database, authSecret };
    const parts = await openAssembled(all, ports, ended.resolve);
    if (stop.signal.aborted) return parts.close();
    assembled = parts;
    api = createApi(parts.routes, { ...ports, ...parts });
  }

  /** One line for as long as the reason is the same, however often it is tried again. */
  function tell(error: unknown): void {
    const reason = error instanceof Error ? error.message : "";
    const line = "there are no accounts until the database can be used";
    if (reason === told) log.debug({ err: error }, line);
    else log.warn({ err: error }, line);
    told = reason;
  }

  /** Whether it is open, or need not be any more. */
  async function tryToOpen(): Promise<boolean> {
    try {
      await open();
      log.warn("the database can be used, and there are accounts");
      return true;
    } catch (error) {
      tell(error);
      return stop.signal.aborted;
    }
  }

  async function keepTrying(): Promise<void> {
    const pause = () =>
      sleep(retryAfter, undefined, { signal: stop.signal }).catch(() => undefined);
    do await pause();
    while (!(await tryToOpen()));
  }

  let trying = Promise.resolve();
  let closed: Promise<void> | undefined;
  try {
    await open();
  } catch (error) {
    if (!isAway(error)) throw error;
    tell(error);
    trying = keepTrying();
  }
  return {
    api: () => api,
    readiness: async () => ({
      database: (await assembled?.isDatabaseReady()) ?? false,
      keyServer: (await assembled?.isKeyServerReady()) ?? false,
    }),
    endStreams: () => assembled?.endStreams(),
    ended: ended.promise,
    close: () => {
      stop.abort();
      closed ??= trying.then(() => assembled?.close());
      return closed;
    },
  };
}

/** Whether a database that could not be opened may be there later. */
function isAway(error: unknown): boolean {
  if (error instanceof UnusableDatabase) return error.isAway;
  return error instanceof Problem && error.code === "database_unavailable";
}

/** Visitors without accounts need no database, so the start waits for none. */
function withoutWaiting(config: DatabaseConfig): DatabaseConfig {
  return config.kind === "postgres" ? { ...config, startTimeout: 0 } : config;
}
