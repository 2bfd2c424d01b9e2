import { api, errorCodes } from "@portafilter/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { Problem } from "../problem.ts";
import type { Limits } from "./mount.ts";
import { type Auth, rawRoute, route } from "./route.ts";
import { testApi } from "./testing/api.ts";

const echo = route({
  method: "POST",
  path: "/api/v1/things/:id",
  operation: "echo",
  summary: "Says again what it was told.",
  auth: "session",
  rateLimit: "write",
  params: z.strictObject({ id: api.databaseId }),
  query: z.strictObject({ n: z.optional(z.string()) }),
  body: z.strictObject({ text: z.string() }),
  reply: z.strictObject({ user: z.string(), id: z.string(), n: z.string(), text: z.string() }),
  handle: ({ session, params, query, body, header }) => {
    header("set-cookie", "a=1");
    header("set-cookie", "b=2");
    return Promise.resolve({
      user: session.userId,
      id: params.id,
      n: query.n ?? "",
      text: body.text,
    });
  },
});

const plain = { summary: "…", auth: "none", rateLimit: "read", reply: api.nothing } as const;
const user = { cookie: "user=ada" };

describe("a declared route", () => {
  test("is given what it asked for, parsed, and answers by its schema", async () => {
    const { ask } = testApi([echo]);
    const body = { text: "hello" };
    const answer = await ask("POST", "/api/v1/things/t-1?n=5", { body, headers: user });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ user: "ada", id: "t-1", n: "5", text: "hello" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  test.for([
    ["nobody is signed in", "signed_out", "/api/v1/things/1", { text: "x" }, {}],
    ["an id cannot be one", "not_found", "/api/v1/things/%20", { text: "x" }, user],
    ["a field is missing", "bad_request", "/api/v1/things/1", {}, user],
    ["a field is unknown (D2)", "bad_request", "/api/v1/things/1", { text: "x", role: "a" }, user],
    ["there is no body", "bad_request", "/api/v1/things/1", undefined, user],
    ["the query has an unknown name", "bad_request", "/api/v1/things/1?m=1", { text: "x" }, user],
    ["the query has a name twice", "bad_request", "/api/v1/things/1?n=1&n=2", { text: "x" }, user],
  ] as const)("refuses when %s", async ([, code, path, body, headers]) => {
    const { ask } = testApi([echo]);
    const answer = await ask("POST", path, { body, headers });
    const { status, message } = errorCodes[code];
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: { code, message } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test("without a schema takes no query and no body but an empty object", async () => {
    const bare = route({
      ...plain,
      method: "POST",
      path: "/api/v1/bare",
      operation: "bare",
      handle: () => Promise.resolve({}),
    });
    const { ask } = testApi([bare]);
    expect((await ask("POST", "/api/v1/bare")).status).toBe(200);
    expect((await ask("POST", "/api/v1/bare", { body: {} })).status).toBe(200);
    expect((await ask("POST", "/api/v1/bare", { body: { a: 1 } })).status).toBe(400);
    expect((await ask("POST", "/api/v1/bare", { body: [] })).status).toBe(400);
    expect((await ask("POST", "/api/v1/bare?a=1")).status).toBe(400);
  });

  test("that asks for a fresh sign-in is not given an old one", async () => {
    const fresh = route({
      ...plain,
      auth: "fresh",
      method: "POST",
      path: "/api/v1/fresh",
      operation: "fresh",
      handle: () => Promise.resolve({}),
    });
    const { ask } = testApi([fresh]);
    const code = async (cookie: string) => {
      const answer = await ask("POST", "/api/v1/fresh", { headers: { cookie } });
      return ((await answer.json()) as { error?: { code: string } }).error?.code;
    };
    expect(await code("")).toBe("signed_out");
    expect(await code("user=ada")).toBe("confirm_needed");
    expect(await code("user=ada; fresh=1")).toBeUndefined();
  });

  test("does nothing in the account of somebody else than the one it is meant for", async () => {
    let done = 0;
    const handle = () => Promise.resolve((done++, {}));
    const make = (auth: Auth) =>
      route({
        ...plain,
        auth,
        method: "POST",
        path: `/api/v1/${auth}`,
        operation: auth,
        handle,
      });
    const { ask } = testApi([make("none"), make("session"), make("fresh")]);
    const code = async (auth: Auth, cookie: string, account: string) => {
      const headers = { cookie, [api.accountHeader]: account };
      const answer = await ask("POST", `/api/v1/${auth}`, { headers });
      return ((await answer.json()) as { error?: { code: string } }).error?.code;
    };
    for (const account of ["bob", "ADA", "ada, bob", ""]) {
      expect(await code("session", "user=ada; fresh=1", account)).toBe("other_account");
      // Nobody is asked to confirm what would be refused.
      expect(await code("fresh", "user=ada", account)).toBe("other_account");
    }
    expect(await code("session", "", "ada")).toBe("signed_out");
    expect(done).toBe(0);
    expect(await code("session", "user=ada", "ada")).toBeUndefined();
    // Signing out is for nobody else either; who is nobody may say whatever they like.
    expect(await code("none", "user=ada", "bob")).toBe("other_account");
    expect(await code("none", "", "bob")).toBeUndefined();
    expect(done).toBe(2);
  });

  test("never answers more than its schema knows", async () => {
    const leaky = route({
      ...plain,
      method: "GET",
      path: "/api/v1/leaky",
      operation: "leaky",
      handle: () => Promise.resolve({ hash: "canary-7f3a" } as object as Record<string, never>),
    });
    const { ask, logged } = testApi([leaky]);
    const answer = await ask("GET", "/api/v1/leaky");
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("canary-7f3a");
    expect(logged()).toContain("leaky answered what it does not declare:  unrecognized_keys");
    expect(logged()).not.toContain("canary-7f3a");
  });
});

test("a fixed address is found whether it is declared before or after one with a parameter", async () => {
  const make = (path: string, operation: string) =>
    route({
      ...plain,
      method: "GET",
      path,
      operation,
      reply: z.strictObject({ operation: z.string() }),
      handle: () => Promise.resolve({ operation }),
    });
  const { ask } = testApi([make("/api/v1/a/:id", "one"), make("/api/v1/a/all", "all")]);
  expect(await (await ask("GET", "/api/v1/a/all")).json()).toEqual({ operation: "all" });
  expect(await (await ask("GET", "/api/v1/a/b")).json()).toEqual({ operation: "one" });
});

test("limits are asked by address before anybody is looked up, and by user after", async () => {
  const seen: string[] = [];
  const limits: Limits = {
    byAddress: (limit, address) => {
      seen.push(`${limit} ${address}`);
      if (limit === "mail") throw new Problem("rate_limited");
      return Promise.resolve();
    },
    byUser: (limit, userId) => {
      seen.push(`${limit} ${userId}`);
      throw new Problem("rate_limited");
    },
  };
  const make = (rateLimit: "mail" | "read") =>
    route({
      ...plain,
      rateLimit,
      method: "GET",
      path: `/api/v1/${rateLimit}`,
      operation: rateLimit,
      handle: () => Promise.resolve({}),
    });
  const { ask } = testApi([make("mail"), make("read")], { limits });
  expect((await ask("GET", "/api/v1/mail", { headers: { cookie: "user=broken" } })).status).toBe(
    429,
  );
  expect((await ask("GET", "/api/v1/read", { headers: user })).status).toBe(429);
  expect((await ask("GET", "/api/v1/read")).status).toBe(200);
  expect(seen).toEqual(["mail unknown", "read unknown", "read ada", "read unknown"]);
});

test("where anybody may come, no cookie is looked at and nothing of its owner's is used up", async () => {
  const seen: string[] = [];
  const refuse = () => Promise.reject(new Error("it is nobody's business"));
  const { ask } = testApi([], {
    sessions: { of: refuse, recall: () => null },
    limits: {
      byAddress: (limit) => Promise.resolve(void seen.push(limit)),
      byUser: refuse,
    },
  });
  const foreign = { ...user, "sec-fetch-site": "same-site" };
  expect((await ask("GET", "/api/v1/openapi.json", { headers: foreign })).status).toBe(200);
  // Under a limit that no page of ours needs.
  expect(seen).toEqual(["document"]);
});

test("a route may make its answer itself; what every answer has is added", async () => {
  const leave = rawRoute({
    method: "GET",
    path: "/api/auth/back/:who",
    operation: "back",
    summary: "…",
    auth: "none",
    rateLimit: "credentials",
    from: "navigation",
    type: "text/html",
    params: z.strictObject({ who: z.string() }),
    handle: ({ params, header }) => {
      header("set-cookie", "a=1");
      const headers = { location: `/done-${params.who}`, "cache-control": "public" };
      return Promise.resolve(new Response(null, { status: 302, headers }));
    },
  });
  const { ask } = testApi([leave]);
  const navigated = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  const answer = await ask("GET", "/api/auth/back/x", { headers: navigated });
  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe("/done-x");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.getSetCookie()).toEqual(["a=1"]);
  for (const [name, value] of [
    ["sec-fetch-dest", "iframe"],
    ["sec-fetch-mode", "no-cors"],
  ] as const) {
    const embedded = await ask("GET", "/api/auth/back/x", {
      headers: { ...navigated, [name]: value },
    });
    expect(embedded.status).toBe(403);
  }
});
