import { createAccounts } from "./accounts/create-accounts.ts";
import { createAudit } from "./audit/audit.ts";
import { auditKey } from "./audit/hash.ts";
import { auditRoutes } from "./audit/routes.ts";
import type { AccountSettings } from "./config.ts";
import { type Database, openDatabase } from "./db/database.ts";
import type { OnEnd } from "./db/pglite-life.ts";
import { createEvents } from "./events/events.ts";
import { createEventRoutes } from "./events/routes.ts";
import { logFailure } from "./http/error-log.ts";
import { limitKey } from "./http/limits/hash.ts";
import type { Limits, Sessions } from "./http/mount.ts";
import { createRateLimits } from "./http/rate-limits.ts";
import type { Route } from "./http/route.ts";
import { createKeyClient, keyClientDefaults } from "./keys/key-client.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { createSecrets } from "./secrets/secrets.ts";

/** All that there is once there is a database. */
export type Assembled = Readonly<{
  routes: readonly Route[];
  sessions: Sessions;
  limits: Limits;
  /** Whether the database answers. Never rejects. */
  isDatabaseReady: () => Promise<boolean>;
  /** Whether the key server answers, with the key open. Never rejects. */
  isKeyServerReady: () => Promise<boolean>;
  /** Ends every stream and lets no more begin. */
  endStreams: () => void;
  /** Writes what was not yet written, closes database and key client. */
  close: () => Promise<void>;
}>;

export type AssemblyPorts = Readonly<{
  log: Log;
  metrics: Pick<Metrics, "keyServerFailure" | "auditBatch" | "watchPool">;
}>;

/**
 * Opens the database and puts everything that stands on it together. The key server need not be there.
 * @param onEnd - told when the database gave up for the rest of this process's life.
 * @throws what `openDatabase` throws, or Problem `database_unavailable`; nothing is left open then.
 */
export async function openAssembled(
  settings: AssemblySettings & Pick<AccountSettings, "database">,
  ports: AssemblyPorts,
  onEnd: OnEnd,
): Promise<Assembled> {
  const db = await openDatabase(settings.database, ports.log, onEnd);
  try {
    return await assembleAccounts(settings, db, ports);
  } catch (error) {
    await db.close();
    throw error;
  }
}

export type AssemblySettings = Omit<AccountSettings, "database" | "authSecret"> &
  Readonly<{ authSecret: string }>;

/** Puts together what stands on a database, and closes it in the end. */
export async function assembleAccounts(
  settings: AssemblySettings,
  db: Database,
  { log, metrics }: AssemblyPorts,
): Promise<Assembled> {
  const { authSecret } = settings;
  metrics.watchPool(db.poolState);
  const events = await createEvents(db);
  const keyClient = createKeyClient(settings.keyServer, log, {
    ...keyClientDefaults,
    onFailure: metrics.keyServerFailure,
  });
  const { dataKeys, transit } = keyClient;
  const audit = createAudit({ db, key: auditKey(authSecret), onBatch: metrics.auditBatch });
  const limits = createRateLimits({
    db,
    key: limitKey(authSecret),
    onSweepFailed: (error) => {
      log.warn({ err: error }, "old counters could not be deleted; they are the next time");
    },
  });
  const secrets = createSecrets({ db, dataKeys, audit, log });
  const accounts = createAccounts({
    config: { ...settings.accounts, secret: authSecret },
    db,
    log,
    audit,
    events,
    limits,
    erase: secrets.erase,
    forget: secrets.forget,
  });
  const streams = createEventRoutes({ events, sessions: accounts.sessions });

  return {
    routes: [...accounts.routes, ...secrets.routes, ...auditRoutes(audit), ...streams.routes],
    sessions: accounts.sessions,
    limits,
    isDatabaseReady: db.isReady,
    isKeyServerReady: () =>
      transit.readKey().then(
        () => true,
        () => false,
      ),
    endStreams: streams.close,
    async close() {
      streams.close();
      limits.close();
      // One that fails must not keep the others open, the database least of all.
      for (const part of [accounts, secrets, events]) {
        await part.close().catch((error: unknown) => {
          logFailure(log, error, { at: "stop" });
        });
      }
      keyClient.close();
      await db.close();
    },
  };
}
