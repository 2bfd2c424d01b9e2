import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Action, Route } from "./http/route.ts";
import { createRoutes } from "./routes/table.ts";
import { createSeal } from "./seal.ts";
import { unsealThroughSocket } from "./socket-client.ts";
import { type Fuzzed, fuzzed } from "./testing/fuzz.ts";
import {
  everything,
  type Received,
  type Running,
  send,
  startForTest,
  temporaryFolder,
} from "./testing/harness.ts";

/** Requests for each thing that can be done; `make soak` asks for 10,000. */
const times = process.env.SOAK === undefined ? 40 : 50 * Number(process.env.SOAK);
const rounds = 4;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Bytes that may be added to the heap by all requests after the first rounds. */
const mostGrowth = 16 * 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const folder = temporaryFolder();
let running: Running;
let rootKey: string;
let token: string;
/** What the server made, for requests that name it. */
let ciphertext = "";
let accessor = "";
beforeAll(async () => {
  // Nothing here is about a crash, and a disk takes its time.
  const write = (path: string, bytes: Uint8Array) => writeFile(path, bytes, { mode: 0o600 });
  running = await startForTest(folder.path, { KEYSERVER_AUDIT_FILE: "/dev/null" }, { write });
  rootKey = readFileSync(running.config.rootKeyFile, "utf8");
  token = await running.tokenWith(everything, "24h");
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

const actionsOf = (route: Route): readonly Action[] =>
  route.access === "token" ? (Object.keys(route.on) as Action[]) : [route.action];
const targets = createRoutes({
  seal: createSeal({ file: "", anchor: "" }),
  metrics: { text: () => "" },
  writeOperatorToken: () => Promise.resolve(),
}).flatMap((route) => actionsOf(route).map((action) => ({ route, action })));

const ask = (method: string, path: string, body?: object) =>
  running.request(method, `/v1/${path}`, { token, ...(body && { body }) });

/** Two keys with few versions, whatever became of them. */
async function renewKeys(): Promise<void> {
  for (const [name, derived] of [
    ["k1", true],
    ["k2", false],
  ] as const) {
    await ask("POST", `transit/keys/${name}/config`, { deletion_allowed: true });
    await ask("DELETE", `transit/keys/${name}`);
    await ask("POST", `transit/keys/${name}`, { derived });
  }
  const sealed = await ask("POST", "transit/encrypt/k1", { plaintext: "aGk=", context: "YQ==" });
  ({ ciphertext } = (sealed.json as { data: { ciphertext: string } }).data);
}

/** Puts right what a request that was allowed has done to the rest. */
async function putRight(received: Received): Promise<void> {
  if (!running.server.isSealed()) {
    const made = (received.json as { auth?: { accessor?: string } | null } | undefined)?.auth;
    if (made?.accessor === undefined) return;
    if (accessor !== "") await ask("POST", "auth/token/revoke-accessor", { accessor });
    accessor = made.accessor;
    return;
  }
  expect(await unsealThroughSocket(running.config.socketFile, rootKey)).toBeNull();
}

/** A token that may be used up. */
async function tokenFor({ path }: Route): Promise<string> {
  if (path !== "auth/token/revoke-self") return token;
  const made = await ask("POST", "auth/token/create", { policies: [], ttl: "1m" });
  return (made.json as { auth: { client_token: string } }).auth.client_token;
}

async function sendOne(route: Route, own: string, request: Fuzzed): Promise<Received> {
  const isOverSocket = route.access === "machine";
  const address = isOverSocket ? { socketPath: running.config.socketFile } : running.server.address;
  const raw = request.body
    ?.replaceAll("@ciphertext", ciphertext)
    .replaceAll("@accessor", accessor)
    .replaceAll("@root", rootKey.trim());
  return await send(address, request.method, request.path + request.query, {
    headers: request.headers,
    ...(route.access === "token" ? { token: own } : {}),
    ...(raw === undefined ? {} : { raw }),
  });
}

/** Attack D9: whatever is sent to whatever is served, with the token that it asks for. */
describe(`${times} requests to everything that is served, FUZZ_SEED=${seed}`, () => {
  it("attack D9: none fails the server, and nothing of them stays", {
    timeout: 3_600_000,
  }, async () => {
    expect(targets.length).toBeGreaterThan(20);
    const statuses = new Map<number, number>();
    let before = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { route, action }] of targets.entries()) {
        await renewKeys();
        const requests = fc.sample(fuzzed(route.path, action), {
          seed: seed + round * targets.length + index,
          numRuns: times / rounds,
        });
        let own = await tokenFor(route);
        for (const request of requests) {
          const received = await sendOne(route, own, request);
          const { status } = received;
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          expect(status, JSON.stringify({ seed, request, text: received.text })).toBeLessThan(500);
          await putRight(received);
          if (route.path === "auth/token/revoke-self" && status === 204)
            own = await tokenFor(route);
        }
      }
      if (round === 1) before = heap();
    }
    // It got past the token and the schemas, too.
    for (const status of [200, 204, 400, 404, 405, 413])
      expect(statuses.get(status), String(status)).toBeGreaterThan(0);
    expect(heap() - before, `FUZZ_SEED=${seed}`).toBeLessThan(mostGrowth);
  });
});
