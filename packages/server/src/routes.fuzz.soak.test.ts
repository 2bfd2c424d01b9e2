import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Assembled, assembleAccounts } from "./account-assembly.ts";
import { createAuthenticator } from "./accounts/testing/authenticator.ts";
import { type Browser, createBrowser } from "./accounts/testing/browser.ts";
import { password } from "./accounts/testing/person.ts";
import type { Database } from "./db/database.ts";
import { migrate } from "./db/migrate.ts";
import { databaseOn } from "./db/pglite.ts";
import { freshPGlite } from "./db/testing/pglite.ts";
import { createApi, openApiRoute } from "./http/api.ts";
import type { Route } from "./http/route.ts";
import { type RealKeyServer, startRealKeyServer } from "./keys/testing/real-key-server.ts";
import { createLog } from "./log.ts";
import { testSettings } from "./testing/assembled.ts";
import { type Fuzzed, fuzzed } from "./testing/fuzz.ts";
import { platform } from "./testing/server.ts";

/** Requests for each route; `make soak` asks for 10,000. */
const times = process.env.SOAK === undefined ? 20 : 50 * Number(process.env.SOAK);
const rounds = 4;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Bytes that may be added to the heap by all requests after the first rounds. */
const mostGrowth = 32 * 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

let keyServer: RealKeyServer;
let db: Database;
let assembled: Assembled;
let routes: readonly Route[];
let api: ReturnType<typeof createApi>;
beforeAll(async () => {
  keyServer = await startRealKeyServer();
  db = databaseOn(await freshPGlite());
  await migrate(db.kysely);
  const log = createLog("silent");
  const nothing = () => undefined;
  const metrics = { keyServerFailure: nothing, auditBatch: nothing, watchPool: nothing };
  const { origin, appToken } = keyServer;
  const keys = { ...testSettings.keyServer, origin, token: () => appToken, timeout: 15_000 };
  assembled = await assembleAccounts({ ...testSettings, keyServer: keys }, db, { log, metrics });
  routes = [...assembled.routes, openApiRoute(assembled.routes)];
  const all = () => Promise.resolve();
  const limits = { byAddress: all, byUser: all };
  const ports = { ...assembled, limits, log, platformOrigin: platform, trustedProxies: 1 };
  api = createApi(assembled.routes, ports);
}, 120_000);
afterAll(async () => {
  await assembled.close();
  await keyServer.remove();
}, 60_000);

/** Streams are left as soon as they begin; what is no JSON is as if it were empty. */
async function answer(request: Request): Promise<Response> {
  const response = await api.fetch(request, {});
  if (response.headers.get("content-type")?.startsWith("application/json") === true)
    return response;
  await response.body?.cancel();
  const { status, headers } = response;
  return new Response("{}", { status, headers });
}

/** What counts attempts would keep requests from what they are to reach. */
const forgetCounters = () => db.kysely.deleteFrom("rate_limits").execute();

type Person = Readonly<{ browser: Browser; words: Readonly<Record<string, string>> }>;
let people = 0;

/** Somebody who has something of everything, and has just signed in. */
async function newPerson(): Promise<Person> {
  people += 1;
  await forgetCounters();
  const address = `10.${(people >> 16) & 255}.${(people >> 8) & 255}.${people & 255}`;
  const browser = createBrowser(answer, platform, address);
  const email = `fuzz${people}@portafilter.test`;
  const signedUp = await browser.ask("/api/v1/account/sign-up", { email, password });
  expect(signedUp.code).toBeUndefined();
  const secret = await browser.ask("/api/v1/secrets", { name: "KEY", value: "value" });
  const authenticator = await createAuthenticator();
  const options = await browser.ask("/api/v1/account/passkeys/register-options", {});
  const made = await authenticator.create(options.body);
  await browser.ask("/api/v1/account/passkeys/register", made);
  const first = async (list: string) => {
    const { body } = await browser.ask(`/api/v1/account/${list}`);
    return (body[list] as { id: string }[])[0]?.id ?? "";
  };
  const { user } = (await browser.ask("/api/v1/session")).body as { user: { id: string } };
  return {
    browser,
    words: {
      "@secret": String(secret.body.id),
      "@device": await first("devices"),
      "@passkey": await first("passkeys"),
      "@email": email,
      "@user": user.id,
      "@uuid": crypto.randomUUID(),
    },
  };
}

const filled = (text: string, { words }: Person) =>
  text.replace(/@(?:secret|device|passkey|email|user|uuid)\b/g, (word) => words[word] ?? word);

async function send(route: Route, person: Person, { path, body, headers }: Fuzzed) {
  const content = body === undefined ? undefined : filled(body, person);
  return await person.browser.call(route.method, filled(path, person), content, headers);
}

/** Attack D9: whatever is sent to whatever route, by somebody who may send it. */
describe(`${times} requests to every route, FUZZ_SEED=${seed}`, () => {
  test("attack D9: none fails the server, and nothing of them stays", {
    timeout: 60_000 + times * 2_000,
  }, async () => {
    expect(routes.length).toBeGreaterThan(25);
    const statuses = new Map<number, number>();
    let before = 0;
    for (let round = 0; round < rounds; round += 1) {
      let person = await newPerson();
      for (const [index, route] of routes.entries()) {
        const requests = fc.sample(fuzzed(route), {
          seed: seed + round * routes.length + index,
          numRuns: times / rounds,
        });
        for (const request of requests) {
          const { status, code } = await send(route, person, request);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          const about = JSON.stringify({ seed, route: route.operation, request, code });
          expect(status, about).toBeLessThan(500);
          const isOut = person.browser.token() === undefined || code === "signed_out";
          // Whoever has nothing left would be told so by every other route.
          const isPoorer = route.method === "DELETE" && status === 200;
          if (isOut || isPoorer || code === "confirm_needed") person = await newPerson();
          if (code === "rate_limited") await forgetCounters();
        }
      }
      if (round === 1) before = heap();
    }
    // It got past the sign-in and the schemas, too.
    for (const status of [200, 400, 403, 404]) {
      expect(statuses.get(status), String(status)).toBeGreaterThan(0);
    }
    expect(heap() - before, `FUZZ_SEED=${seed}`).toBeLessThan(mostGrowth);
  });
});
