import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AccountParts, openAccountParts } from "./account-parts.ts";
import type { AccountSettings } from "./config.ts";
import { migrate } from "./db/migrate.ts";
import { connectPostgres } from "./db/postgres.ts";
import { startPostgres, type TestPostgres } from "./db/testing/postgres.ts";
import { testConfig } from "./db/testing.ts";
import { fromOwnPage } from "./http/testing/api.ts";
import { type RealKeyServer, startRealKeyServer } from "./keys/testing/real-key-server.ts";
import { createLog } from "./log.ts";
import { testSettings } from "./testing/assembled.ts";
import { platform } from "./testing/server.ts";

const patience = 120_000;
/** Milliseconds in which all must be well again, without a restart. */
const recovery = { timeout: 10_000, interval: 250 };
const log = createLog("silent");
const nothing = () => undefined;
const ports = {
  log,
  metrics: { keyServerFailure: nothing, auditBatch: nothing, watchPool: nothing },
  platformOrigin: platform,
  trustedProxies: 0,
};

let postgres: TestPostgres;
let keyServer: RealKeyServer;
let settings: AccountSettings;
beforeAll(async () => {
  [postgres, keyServer] = await Promise.all([
    startPostgres({ durable: true }),
    startRealKeyServer(),
  ]);
  const database = testConfig(postgres.url(await postgres.createDatabase()));
  const kysely = await connectPostgres(database, log);
  await migrate(kysely);
  await kysely.destroy();
  const { origin, appToken } = keyServer;
  settings = {
    ...testSettings,
    database,
    keyServer: { ...testSettings.keyServer, origin, token: () => appToken, timeout: 15_000 },
  };
}, patience);
afterAll(() => Promise.all([postgres.stop(), keyServer.remove()]), patience);

function visitor(parts: AccountParts) {
  let cookie = "";
  return async (method: string, path: string, body?: object) => {
    const answer = await parts.api().fetch(
      new Request(`${platform}/api/v1/${path}`, {
        method,
        headers: { ...fromOwnPage, cookie, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      {},
    );
    const [set] = answer.headers.getSetCookie().filter((one) => one.includes("session="));
    if (set !== undefined) cookie = set.split(";", 1)[0] ?? "";
    const json = (await answer.json()) as { error?: { code: string } };
    return json.error?.code ?? answer.status;
  };
}

describe("the database is away", { timeout: patience }, () => {
  test("at the start and later: refusals until it is back, then all of it, without a restart", async () => {
    await postgres.kill();
    const lines: string[] = [];
    const logging = createLog("info", { write: (line: string) => lines.push(line) });
    const parts = await openAccountParts(settings, "/nowhere", { ...ports, log: logging });
    const ask = visitor(parts);
    expect(await ask("GET", "session")).toBe("database_unavailable");
    expect(await ask("POST", "account/sign-in", {})).toBe("database_unavailable");
    expect(await parts.readiness()).toEqual({ database: false, keyServer: false });

    await postgres.start();
    await expect.poll(() => ask("GET", "session"), recovery).toBe(200);
    const told = lines.join("");
    expect(told).toContain("The database cannot be reached (ECONNREFUSED).");
    expect(told.match(/there are no accounts until/g)?.length).toBeLessThan(4);
    expect(told.match(/there are accounts/g)).toHaveLength(1);
    expect(told).not.toContain("postgres://");
    const ada = { email: "ada@portafilter.test", password: "correct horse battery" };
    expect(await ask("POST", "account/sign-up", ada)).toBe(200);
    expect(await ask("POST", "secrets", { name: "KEY", value: "canary" })).toBe(200);
    expect(await parts.readiness()).toEqual({ database: true, keyServer: true });

    await postgres.kill();
    expect(await ask("GET", "secrets")).toBe("database_unavailable");
    expect((await parts.readiness()).database).toBe(false);
    await postgres.start();
    await expect.poll(() => ask("GET", "secrets"), recovery).toBe(200);
    await parts.close();
    await parts.close();
  });

  test("a stop while it is away ends at once", async () => {
    await postgres.kill();
    const parts = await openAccountParts(settings, "/nowhere", ports);
    await parts.close();
    await postgres.start();
  });

  test("one that only the operator can mend stops the start", async () => {
    const url = postgres.url(await postgres.createDatabase());
    const unmigrated = { ...settings, database: testConfig(url) };
    await expect(openAccountParts(unmigrated, "/nowhere", ports)).rejects.toThrow(
      /run portafilter migrate/,
    );
    const missing = { ...settings, database: testConfig(postgres.url("no_such_database")) };
    await expect(openAccountParts(missing, "/nowhere", ports)).rejects.toThrow(
      /no database of that name/,
    );
  });
});

describe("the key server is away", { timeout: patience }, () => {
  test("signing in goes on, secrets say so, and all is well again without a restart", async () => {
    const parts = await openAccountParts(settings, "/nowhere", ports);
    const ask = visitor(parts);
    const bob = { email: "bob@portafilter.test", password: "correct horse battery" };
    await keyServer.kill();
    expect(await ask("POST", "account/sign-up", bob)).toBe(200);
    expect(await ask("GET", "session")).toBe(200);
    expect(await ask("POST", "secrets", { name: "KEY", value: "canary" })).toBe(
      "secret_unavailable",
    );
    expect(await parts.readiness()).toEqual({ database: true, keyServer: false });
    await keyServer.restart();
    await expect
      .poll(() => ask("POST", "secrets", { name: "KEY", value: "canary" }), recovery)
      .toBe(200);
    expect((await parts.readiness()).keyServer).toBe(true);
    await parts.close();
  });
});
