import { pino } from "pino";
import { type Assembled, assembleAccounts } from "../account-assembly.ts";
import { type Browser, createBrowser } from "../accounts/testing/browser.ts";
import { password } from "../accounts/testing/person.ts";
import type { Database } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { connectPostgres, openPostgres } from "../db/postgres.ts";
import { startPostgres, type TestPostgres } from "../db/testing/postgres.ts";
import { testConfig } from "../db/testing.ts";
import { createApi } from "../http/api.ts";
import type { SiteApp } from "../http/app.ts";
import { startRealKeyServer } from "../keys/testing/real-key-server.ts";
import { testSettings } from "./assembled.ts";
import { platform } from "./server.ts";

/** One of several servers that share a database and a key server, as behind a balancer. */
export type OneServer = Assembled & Readonly<{ api: SiteApp; db: Database }>;

export type Servers = Readonly<{
  all: readonly OneServer[];
  postgres: TestPostgres;
  /** Address of their database. */
  url: string;
  authSecret: string;
  /** Everything that they logged. */
  logged: () => string;
  close: () => Promise<void>;
}>;

/** Starts servers on a PostgreSQL and a key server of their own. Each has a pool and memory of its own. */
export async function startServers(
  count: number,
  started: Parameters<typeof startPostgres>[0] = {},
): Promise<Servers> {
  const [postgres, keyServer] = await Promise.all([startPostgres(started), startRealKeyServer()]);
  const lines: string[] = [];
  const log = pino({ level: "debug", base: null }, { write: (line: string) => lines.push(line) });
  const database = testConfig(postgres.url(await postgres.createDatabase()));
  const kysely = await connectPostgres(database, log);
  await migrate(kysely);
  await kysely.destroy();
  const nothing = () => undefined;
  const metrics = { keyServerFailure: nothing, auditBatch: nothing, watchPool: nothing };
  const { origin, appToken } = keyServer;
  const settings = {
    ...testSettings,
    keyServer: { ...testSettings.keyServer, origin, token: () => appToken, timeout: 15_000 },
  };
  const all = await Promise.all(
    Array.from({ length: count }, async () => {
      const db = await openPostgres(database, log);
      const assembled = await assembleAccounts(settings, db, { log, metrics });
      const ports = { ...assembled, log, platformOrigin: platform, trustedProxies: 1 };
      return { ...assembled, db, api: createApi(assembled.routes, ports) };
    }),
  );
  return {
    all,
    postgres,
    url: database.url,
    authSecret: settings.authSecret,
    logged: () => lines.join(""),
    close: async () => {
      await Promise.all(all.map((server) => server.close()));
      await Promise.all([postgres.stop(), keyServer.remove()]);
    },
  };
}

/** A browser whose requests the balancer sends to this server; `jar` is shared with others of the same person. */
export function browserOn({ api }: OneServer, address: string, jar?: Browser["jar"]): Browser {
  return createBrowser((request) => api.fetch(request, {}), platform, address, jar);
}

/** Somebody with an account, in a browser on each of the servers. */
export async function personOn(servers: readonly OneServer[], email: string, address: string) {
  const jar: Browser["jar"] = new Map();
  const browsers = servers.map((server) => browserOn(server, address, jar));
  const answer = await browsers[0]?.ask("/api/v1/account/sign-up", { email, password });
  if (answer?.status !== 200) throw new Error(`no account was made: ${answer?.code}`);
  return browsers;
}
