import { api } from "@portafilter/protocol";
import { describe, expect, test } from "vitest";
import { route } from "./route.ts";
import { platformOrigin, testApi } from "./testing/api.ts";

/** Routes that note who got in; a visitor's cookie comes along with every request. */
function guarded() {
  const seen: string[] = [];
  const make = (method: "GET" | "POST" | "PATCH" | "DELETE", auth: "none" | "session") =>
    route({
      method,
      path: `/api/v1/${auth}`,
      operation: `${method} ${auth}`,
      summary: "…",
      auth,
      rateLimit: "write",
      reply: api.nothing,
      handle: () => {
        seen.push(method);
        return Promise.resolve({});
      },
    });
  const methods = ["GET", "POST", "PATCH", "DELETE"] as const;
  const routes = methods.flatMap((method) => [make(method, "none"), make(method, "session")]);
  const { app, logged } = testApi(routes);
  const ask = async (method: string, headers: Record<string, string>, path = "/api/v1/session") =>
    app.request(`${platformOrigin}${path}`, {
      method,
      headers: { cookie: "user=ada", ...headers },
    });
  return { ask, seen, logged, app };
}

const sibling = "http://app1.pycafe.localhost:8080";
const own = {
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "cors",
  "sec-fetch-dest": "empty",
};

describe("D3: a request that no page of the platform made", () => {
  test.for<[string, Record<string, string>]>([
    ["names no origin at all", {}],
    ["comes from another site", { ...own, "sec-fetch-site": "cross-site" }],
    ["comes from an app, a sibling on the same site", { ...own, "sec-fetch-site": "same-site" }],
    ["was typed into the address bar", { ...own, "sec-fetch-site": "none" }],
    ["claims an odd site", { ...own, "sec-fetch-site": "Same-Origin" }],
    ["claims two sites", { ...own, "sec-fetch-site": "same-origin, cross-site" }],
    ["has an opaque origin", { origin: "null" }],
    ["has an opaque origin, and claims ours", { ...own, origin: "null" }],
    ["has an app's origin", { origin: sibling }],
    ["has an app's origin, and claims ours", { ...own, origin: sibling }],
    ["has our origin with a slash", { origin: `${platformOrigin}/` }],
    ["has our origin in capitals", { origin: platformOrigin.toUpperCase() }],
    ["has our host on another port", { origin: "http://pycafe.localhost:8081" }],
    ["has our host by https", { origin: "https://pycafe.localhost:8080" }],
    ["has an origin that begins like ours", { origin: `${platformOrigin}.evil.test` }],
    ["has a Referer only", { referer: `${platformOrigin}/` }],
    ["is a form", { ...own, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
    ["is a frame", { ...own, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }],
    ["is an image", { ...own, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
    ["is a script", { ...own, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" }],
    ["is a navigation that hides where to", { ...own, "sec-fetch-mode": "navigate" }],
    ["overrides its method", { "x-http-method-override": "GET", origin: sibling }],
  ])("%s: 403, whatever the method, signed in or not", async ([, headers]) => {
    const { ask, seen } = guarded();
    const answers = new Set<string>();
    for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
      for (const path of ["/api/v1/session", "/api/v1/none"]) {
        for (const cookie of ["user=ada", "", "user=broken"]) {
          const answer = await ask(method, { ...headers, cookie }, path);
          expect(answer.status, `${method} ${path}`).toBe(403);
          expect(answer.headers.getSetCookie()).toEqual([]);
          answers.add(await answer.text());
        }
      }
    }
    expect(seen).toEqual([]);
    // C5: nothing in it tells whether there is somebody.
    expect(answers.size).toBe(1);
  });

  test.for<[string, Record<string, string>, string[]]>([
    ["as a browser of today", own, ["GET", "POST", "PATCH", "DELETE"]],
    ["and names its origin besides", { ...own, origin: platformOrigin }, ["GET", "POST"]],
    ["as a browser that only knows Origin", { origin: platformOrigin }, ["POST", "DELETE"]],
  ])("one that did passes, %s", async ([, headers, methods]) => {
    const { ask, seen } = guarded();
    for (const method of methods) expect((await ask(method, headers)).status).toBe(200);
    expect(seen).toEqual(methods);
  });

  test("a form cannot pass for JSON", async () => {
    const { ask, app } = guarded();
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=a",
      "text/plain; application/json",
      "application/jsonp",
      "application/json, text/plain",
      "application/json; charset=utf-7",
    ]) {
      const answer = await app.request(`${platformOrigin}/api/v1/none`, {
        method: "POST",
        headers: { ...own, "content-type": type },
        body: "{}",
      });
      expect(answer.status, type).toBe(400);
    }
    const answer = await ask("POST", own, "/api/v1/none");
    expect(answer.status).toBe(200);
  });
});

describe("A18: an app that rides on the visitor's cookie", () => {
  const rides: [string, string, Record<string, string>][] = [
    ["fetch", "GET", { origin: sibling, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }],
    ["fetch without CORS", "POST", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }],
    ["a beacon", "POST", { origin: sibling, "sec-fetch-site": "same-site" }],
    ["an EventSource", "GET", { origin: sibling, "sec-fetch-site": "cross-site" }],
    ["a WebSocket", "GET", { origin: sibling, upgrade: "websocket", connection: "upgrade" }],
  ];
  test.for(rides)("%s is refused, and no answer can be read by it", async ([, method, headers]) => {
    const { ask, seen } = guarded();
    const answer = await ask(method, headers);
    expect(answer.status).toBe(403);
    expect(seen).toEqual([]);
    const names = [...answer.headers.keys()];
    expect(names.filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(names).not.toContain("set-cookie");
  });

  test("a preflight is told nothing", async () => {
    const { ask } = guarded();
    const answer = await ask("OPTIONS", {
      origin: sibling,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    });
    expect(answer.status).toBe(405);
    const names = [...answer.headers.keys()];
    expect(names.filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});
