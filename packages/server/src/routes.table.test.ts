import { errorCodes } from "@portafilter/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { problemsOf } from "./http/openapi.ts";
import type { Auth, RateLimitName, Route } from "./http/route.ts";
import { fromOwnPage } from "./http/testing/api.ts";
import { type TestAssembly, testAssembly } from "./testing/assembled.ts";
import { appOrigin, platform, testServer } from "./testing/server.ts";

const auths: readonly Auth[] = ["none", "session", "fresh"];
const rateLimits: readonly RateLimitName[] = [
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

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const filled = (path: string) => path.replace(/:\w+/g, "some-id");

let assembly: TestAssembly;
beforeAll(async () => {
  assembly = await testAssembly();
}, 60_000);
afterAll(() => assembly.close());

test("every route of the server names its sign-in, its limit and its schemas", () => {
  const { routes } = assembly;
  expect(routes.length).toBeGreaterThan(25);
  for (const route of routes) {
    const name = nameOf(route);
    expect(route.path, name).toMatch(/^\/api\/(v1\/|auth\/)[a-z0-9/:-]+$/);
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
  const { routes } = assembly;
  const operations = routes.map(({ operation }) => operation);
  expect(operations.toSorted()).toEqual([...new Set(operations)].toSorted());
  // Under whatever name a parameter goes.
  const addresses = routes.map((route) => nameOf(route).replace(/:\w+/g, ":"));
  expect(addresses.toSorted()).toEqual([...new Set(addresses)].toSorted());
});

test("only the routes listed here are for anybody", () => {
  const { routes } = assembly;
  const found = routes.filter(({ auth }) => auth === "none").map(nameOf);
  expect(found.filter((name) => !open.includes(name))).toEqual([]);
  const foreign = routes.filter((one) => one.answers === "response" && one.from === "navigation");
  expect(foreign.map(nameOf).filter((name) => !navigated.includes(name))).toEqual([]);
});

test("nobody gets anywhere without a sign-in, nor from another page", async () => {
  const { routes, api } = assembly;
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
    if (!navigated.includes(nameOf(route))) {
      expect(await call({}), nameOf(route)).toBe("forbidden_origin");
      const sibling = { ...fromOwnPage, "sec-fetch-site": "same-site", origin: appOrigin };
      expect(await call(sibling), nameOf(route)).toBe("forbidden_origin");
    }
    if (route.auth !== "none") expect(await call(fromOwnPage), nameOf(route)).toBe("signed_out");
  }
});

test("no route is there on an app's origin", async () => {
  const { routes, api } = assembly;
  let asked = 0;
  const counting = {
    fetch: (...args: Parameters<typeof api.fetch>) => (asked++, api.fetch(...args)),
  };
  const { ask } = await testServer({ parts: { api: () => counting } });
  const paths = [...new Set(routes.map(({ path }) => filled(path))), "/api/v1/openapi.json"];
  for (const path of paths) {
    for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
      const response = await ask(`${appOrigin}${path}`, { method, headers: fromOwnPage });
      expect([404, 405], `${method} ${path}`).toContain(response.status);
    }
  }
  expect(asked).toBe(0);
});

test("the API's description is public, whole, and valid as OpenAPI 3.1 as far as it goes", async () => {
  const { routes, api } = assembly;
  const { ask } = await testServer({ parts: { api: () => api } });
  const response = await ask(`${platform}/api/v1/openapi.json`);
  expect(response.status).toBe(200);
  const { openapi, info, paths, components } = (await response.json()) as Document;
  expect(openapi).toBe("3.1.0");
  expect(info).toMatchObject({ title: "Portafilter", version: expect.any(String) as string });
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  expect(operations.map(({ operation }) => operation.operationId).toSorted()).toEqual(
    routes.map(({ operation }) => operation).toSorted(),
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
  const text = JSON.stringify(paths);
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
