import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashToken } from "../access/token.ts";
import { createMetrics } from "../metrics.ts";
import { accessRoutes } from "../routes/access.ts";
import { cryptRoutes } from "../routes/crypt.ts";
import { keyRoutes } from "../routes/keys.ts";
import { createSysRoutes } from "../routes/sys.ts";
import { createSeal } from "../seal.ts";
import {
  everything,
  type Running,
  type Sent,
  startForTest,
  temporaryFolder,
} from "../testing/harness.ts";

const folder = temporaryFolder();
let running: Running;
beforeAll(async () => {
  running = await startForTest(folder.path);
});
afterAll(async () => {
  await running.server.close();
  folder.remove();
});

const refusal = '{"errors":["permission denied"]}\n';
const encrypt = "/v1/transit/encrypt/portafilter";
const body = { plaintext: "aGVsbG8=", context: "dTE=" };

/** Attack F1: a caller without a token that counts. */
describe("a token that is missing or forged", () => {
  const ask = (sent: Sent, path = encrypt) => running.request("POST", path, { body, ...sent });

  it("is refused with one and the same answer", async () => {
    const real = running.appToken;
    const changed = `${real.slice(0, -1)}${real.endsWith("A") ? "B" : "A"}`;
    const expired = await running.tokenWith(everything, "3s");
    expect((await ask({ token: expired })).status).toBe(200);
    await wait(3_100);
    const attempts: Sent[] = [
      {},
      { token: "" },
      { token: " " },
      { token: "pfk." },
      { token: changed },
      { token: real.slice(0, -1) },
      { token: `${real}A` },
      { token: real.toUpperCase() },
      { token: hashToken(real) },
      { token: hashToken(real).slice(0, 24) },
      { token: expired },
      { token: "x".repeat(8000) },
      { headers: { authorization: `bearer ${real}` } },
      { headers: { authorization: `Basic ${btoa(`x:${real}`)}` } },
      { headers: { authorization: real } },
      { headers: { cookie: `token=${real}; X-Vault-Token=${real}` } },
      { headers: { "x-vault-tokens": real } },
      { body: { ...body, token: real, "X-Vault-Token": real } },
    ];
    for (const attempt of attempts) {
      const { status, text, headers } = await ask(attempt);
      expect([status, text], JSON.stringify(attempt).replaceAll(real, "<token>")).toEqual([
        403,
        refusal,
      ]);
      expect(headers["content-length"]).toBe(String(refusal.length));
    }
  });

  it("does not count in the address", async () => {
    for (const name of ["token", "X-Vault-Token", "access_token", "x-vault-token"]) {
      const { status, text } = await ask({}, `${encrypt}?${name}=${running.appToken}`);
      expect([status, text]).toEqual([403, refusal]);
    }
  });

  it("does not reach a known key sooner than an unknown one, or another path", async () => {
    for (const path of ["/v1/transit/encrypt/no-such-key", "/v1/sys/nope", "/v1/x/y", "/v1/"]) {
      const { status, text } = await ask({}, path);
      expect([status, text], path).toEqual([403, refusal]);
    }
  });

  it("lets nobody in at any route but health and seal-status", async () => {
    const seal = createSeal({ file: "", anchor: "" });
    const routes = [
      ...keyRoutes,
      ...cryptRoutes,
      ...accessRoutes,
      ...createSysRoutes({
        seal,
        metrics: createMetrics([]),
        writeOperatorToken: () => Promise.resolve(),
      }),
    ];
    const open = routes.filter(({ access }) => access === "anyone").map(({ path }) => path);
    expect(open).toEqual(["sys/health", "sys/seal-status"]);
    for (const { path } of routes.filter(({ access }) => access !== "anyone")) {
      for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]) {
        const address = `/v1/${path.replace(":kind", "plaintext").replace(/:\w+/, "portafilter")}`;
        const { status } = await running.request(method, address);
        expect(status, `${method} ${path}`).toBe(403);
      }
    }
  });

  it("is refused after it was given up", async () => {
    const token = await running.tokenWith(everything);
    expect((await ask({ token })).status).toBe(200);
    await running.request("POST", "/v1/auth/token/revoke-self", { token });
    expect((await ask({ token })).text).toBe(refusal);
  });

  it("is refused after the operator revoked it by its accessor", async () => {
    const token = await running.tokenWith(everything);
    const { operatorToken } = running;
    const accessor = hashToken(token).slice(0, 24);
    const path = "/v1/auth/token/revoke-accessor";
    const sent = { token: operatorToken, body: { accessor } };
    expect((await running.request("POST", path, sent)).status).toBe(204);
    expect((await ask({ token })).text).toBe(refusal);
  });
});
