import { errorCodes, paths } from "@portafilter/protocol";
import type { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { openApiRoute } from "./http/api.ts";
import { problemsOf } from "./http/openapi.ts";
import type { Auth, RateLimitName, Route } from "./http/route.ts";
import { fromOwnPage } from "./http/testing/api.ts";
import { createMetrics } from "./metrics.ts";
import { createMetricsApp } from "./metrics-app.ts";
import { type TestAssembly, testAssembly } from "./testing/assembled.ts";
import { appOrigin, platform, testServer } from "./testing/server.ts";

const auths: readonly Auth[] = ["none", "session", "optimistic", "fresh"];
const rateLimits: readonly RateLimitName[] = [
  "document",
  "page",
  "read",
  "write",
  "use",
  "merge",
  "reveal",
  "stream",
  "credentials",
  "mail",
];

/** The only routes that anybody may call without a sign-in. */
const open = [
  "GET /api/v1/session",
  "GET /api/v1/openapi.json",
  "POST /api/v1/account/sign-up",
  "POST /api/v1/account/sign-in",
  "POST /api/v1/account/sign-out",
  "POST /api/v1/account/forgot",
  "POST /api/v1/account/reset",
  "POST /api/v1/account/verify-email",
  "POST /api/v1/account/passkeys/sign-in-options",
  "POST /api/v1/account/passkeys/sign-in",
  "POST /api/v1/account/oidc/:provider",
  "GET /api/auth/oauth2/callback/:provider",
];
/** The only route that another site may send a browser to. */
const navigated = ["GET /api/auth/oauth2/callback/:provider"];
/** The only route that asks nobody where they come from. */
const anywhere = ["GET /api/v1/openapi.json"];

/**
 * What is answered outside the table, with the schema of the answer. Neither a sign-in nor a limit is asked
 * for: nothing of the request is looked at, and the answer is at hand, or made once a second for all.
 */
const fixed = {
  "GET /healthz": z.strictObject({ status: z.literal("ok") }),
  "GET /readyz": z.strictObject({ status: z.literal("unavailable"), missing: z.array(z.string()) }),
};
/** The rest of the platform's origin: the API, and files by their names. */
const others = ["ALL /api/*", "GET /*"];
/** The addresses of an app's origin: files again, and the packages of the lock. */
const appAddresses = Object.values(paths).flatMap((path) => [`GET ${path}`, `POST ${path}`]);

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const filled = (path: string) => path.replace(/:\w+/g, "some-id");

let assembly: TestAssembly;
/** All routes, the one that describes the others among them. */
let routes: readonly Route[];
beforeAll(async () => {
  assembly = await testAssembly();
  routes = [...assembly.routes, openApiRoute(assembly.routes)];
}, 60_000);
afterAll(() => assembly.close());

/** What an app of Hono's answers, besides what it does about every address. */
const served = (app: Hono) => {
  const all = app.routes.map(({ method, path }) => `${method} ${path}`);
  return [...new Set(all)].filter((name) => name !== "ALL /*");
};
/** Its middleware, and its last refusal. */
const forAll = (app: Hono) =>
  app.routes
    .filter(({ method, path }) => `${method} ${path}` === "ALL /*")
    .map(({ handler }) => handler.name || "refusal");

test("no address is served that is declared nowhere", async () => {
  const declared = routes.flatMap((route) => [nameOf(route), `ALL ${route.path}`]);
  expect(served(assembly.api).toSorted()).toEqual([...new Set(declared)].toSorted());

  const { apps, app } = await testServer({ parts: { api: () => assembly.api } });
  expect(served(app)).toEqual([]);
  expect(served(apps.platform).toSorted()).toEqual([...Object.keys(fixed), ...others].toSorted());
  const unknown = served(apps.app).filter(
    (name) => !appAddresses.some((address) => name.startsWith(address)),
  );
  expect(unknown).toEqual(["GET /_portafilter/*", "GET /*"]);

  const parts = () => Promise.resolve({});
  const metrics = createMetricsApp(createMetrics(), parts, "pycafe.localhost") as Hono;
  expect(served(metrics).toSorted()).toEqual([...Object.keys(fixed), "GET /metrics"].toSorted());
  // Middleware may answer, too: each is known by its name.
  expect([app, assembly.api, apps.platform, apps.app, metrics].map(forAll)).toEqual([
    ["watchRequests", "refusal"],
    ["refusal"],
    ["securityHeaders", "noServiceWorkers", "refusal"],
    ["securityHeaders", "oneServiceWorker", "neverAlone", "refusal"],
    ["ownNames"],
  ]);
});

test("what is answered outside the table is the same for everybody, and made once for all", async () => {
  let looked = 0;
  const readiness = () => Promise.resolve((looked++, { database: false }));
  const { ask } = await testServer({ parts: { readiness } });
  for (const [name, schema] of Object.entries(fixed)) {
    const [, path = ""] = name.split(" ");
    const answers = new Set<string>();
    for (const headers of [{}, { cookie: "a=1" }, { origin: appOrigin }]) {
      const answer = await ask(`${platform}${path}?value=1`, { headers });
      expect(answer.headers.get("cache-control"), name).toBe("no-store");
      const text = await answer.text();
      expect(schema.safeParse(JSON.parse(text)).success, name).toBe(true);
      answers.add(text);
    }
    expect(answers.size, name).toBe(1);
    expect((await ask(`${platform}${path}`, { method: "POST", body: "1" })).status, name).toBe(405);
  }
  // Once a second, however often it is asked for.
  expect(looked).toBeLessThan(3);
});

test("every route of the server names its sign-in, its limit and its schemas", () => {
  expect(routes.length).toBeGreaterThan(25);
  for (const route of routes) {
    const name = nameOf(route);
    expect(route.path, name).toMatch(/^\/api\/(v1\/|auth\/)[a-z0-9/:.-]+$/);
    expect(auths, name).toContain(route.auth);
    expect(rateLimits, name).toContain(route.rateLimit);
    expect(route.operation, name).toMatch(/^[a-z][A-Za-z]+$/);
    expect(route.summary.length, name).toBeGreaterThan(5);
    const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter);
    const schema = (route.params as { shape?: object } | undefined)?.shape ?? {};
    expect(Object.keys(schema), name).toEqual(parameters);
    if (route.answers === "response") expect(route.type, name).toMatch(/\w+\/\w+/);
    else expect(route.reply, name).toBeDefined();
    for (const code of problemsOf(route)) expect(errorCodes, name).toHaveProperty(code);
    if (route.method === "GET") expect(route.body, name).toBeUndefined();
  }
});

test("no two routes share an operation or an address", () => {
  const operations = routes.map(({ operation }) => operation);
  expect(operations.toSorted()).toEqual([...new Set(operations)].toSorted());
  // Under whatever name a parameter goes.
  const addresses = routes.map((route) => nameOf(route).replace(/:\w+/g, ":"));
  expect(addresses.toSorted()).toEqual([...new Set(addresses)].toSorted());
});

test("only the routes listed here are for anybody", () => {
  const found = routes.filter(({ auth }) => auth === "none").map(nameOf);
  expect(found.filter((name) => !open.includes(name))).toEqual([]);
  const from = (origin: string) =>
    routes.filter((one) => one.answers === "response" && one.from === origin).map(nameOf);
  expect(from("navigation")).toEqual(navigated.filter((name) => from("navigation").includes(name)));
  expect(from("anywhere")).toEqual(anywhere);
});

test("nobody gets anywhere without a sign-in, nor from another page", async () => {
  const { api } = assembly;
  const { ask } = await testServer({ parts: { api: () => api } });
  for (const route of routes) {
    const call = async (headers: Record<string, string>) => {
      const response = await ask(`${platform}${filled(route.path)}`, {
        method: route.method,
        headers,
      });
      const { error } = (await response.json()) as { error?: { code: string } };
      expect(response.headers.get("cache-control"), nameOf(route)).toBe("no-store");
      return error?.code;
    };
    if (anywhere.includes(nameOf(route))) continue;
    if (!navigated.includes(nameOf(route))) {
      expect(await call({}), nameOf(route)).toBe("forbidden_origin");
      const sibling = { ...fromOwnPage, "sec-fetch-site": "same-site", origin: appOrigin };
      expect(await call(sibling), nameOf(route)).toBe("forbidden_origin");
    }
    if (route.auth !== "none") expect(await call(fromOwnPage), nameOf(route)).toBe("signed_out");
  }
});

test("no route is there on an app's origin", async () => {
  const { api } = assembly;
  let asked = 0;
  const counting = {
    fetch: (...args: Parameters<typeof api.fetch>) => (asked++, api.fetch(...args)),
  };
  const { ask } = await testServer({ parts: { api: () => counting } });
  for (const path of new Set(routes.map((route) => filled(route.path)))) {
    for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
      const response = await ask(`${appOrigin}${path}`, { method, headers: fromOwnPage });
      expect([404, 405], `${method} ${path}`).toContain(response.status);
    }
  }
  expect(asked).toBe(0);
});

test("the API's description is public, whole, and valid as OpenAPI 3.1 as far as it goes", async () => {
  const { api } = assembly;
  const { ask } = await testServer({ parts: { api: () => api } });
  const response = await ask(`${platform}/api/v1/openapi.json`);
  expect(response.status).toBe(200);
  const { openapi, info, paths: addresses, components } = (await response.json()) as Document;
  expect(openapi).toBe("3.1.0");
  expect(info).toMatchObject({ title: "Portafilter", version: expect.any(String) as string });
  const operations = Object.entries(addresses).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  expect(operations.map(({ operation }) => operation.operationId).toSorted()).toEqual(
    assembly.routes.map(({ operation }) => operation).toSorted(),
  );
  for (const { path, operation } of operations) {
    const inPath = operation.parameters.filter(({ in: place }) => place === "path");
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(inPath.map(({ name }) => name)).toEqual(named);
    expect(inPath.every(({ required }) => required)).toBe(true);
    for (const [status, answer] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^([1-5]\d\d|[1-5]XX)$/);
      expect(answer.description).not.toBe("");
    }
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["400", "403", "429"]));
  }
  // Every reference leads somewhere.
  const text = JSON.stringify(addresses);
  const references = new Set(
    [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
  );
  for (const name of references) expect(components.schemas).toHaveProperty(name ?? "");
});

type Document = Readonly<{
  openapi: string;
  info: object;
  components: { schemas: object };
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        parameters: { name: string; in: string; required: boolean }[];
        responses: Record<string, { description: string }>;
      }
    >
  >;
}>;
