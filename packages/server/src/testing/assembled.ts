import type { Hono } from "hono";
import { pino } from "pino";
import { type Assembled, type AssemblySettings, assembleAccounts } from "../account-assembly.ts";
import { migrate } from "../db/migrate.ts";
import { databaseOn } from "../db/pglite.ts";
import { freshPGlite } from "../db/testing/pglite.ts";
import { createApi } from "../http/api.ts";
import { platform } from "./server.ts";

/** Settings of accounts with a key server that nobody reaches. */
export const testSettings: AssemblySettings = {
  keyServer: {
    origin: "http://127.0.0.1:1",
    ca: undefined,
    client: undefined,
    token: () => "t".repeat(32),
    namespace: undefined,
    mount: "transit",
    key: "portafilter",
    timeout: 1_000,
  },
  authSecret: "canary-auth-secret-".repeat(3),
  accounts: { platformOrigin: platform, smtp: null, providers: [] },
};

export type TestAssembly = Assembled & Readonly<{ api: Hono; logged: () => string }>;

/** Everything that hangs on accounts, put together as `serve` does it, on a database in memory. To be closed. */
export async function testAssembly(settings = testSettings): Promise<TestAssembly> {
  const lines: string[] = [];
  const log = pino({ level: "debug", base: null }, { write: (line: string) => lines.push(line) });
  const nothing = () => undefined;
  const metrics = { keyServerFailure: nothing, auditBatch: nothing, watchPool: nothing };
  const database = databaseOn(await freshPGlite());
  await migrate(database.kysely);
  const assembled = await assembleAccounts(settings, database, { log, metrics });
  const ports = { ...assembled, log, platformOrigin: platform, trustedProxies: 0 };
  const api = createApi(assembled.routes, ports);
  return { ...assembled, api, logged: () => lines.join("") };
}
