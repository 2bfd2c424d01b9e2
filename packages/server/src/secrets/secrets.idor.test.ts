import { api } from "@portafilter/protocol";
import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, revealed, stored, used, type World } from "./testing/world.ts";
import { newSecretId } from "./token.ts";

/** Every address that takes the id of a secret, with a body that would be right. */
const calls = [
  ["GET", "/secrets/$id/versions", undefined],
  ["POST", "/secrets/$id/versions", { value: "evil" }],
  ["POST", "/secrets/$id/restore", { version: 1 }],
  ["POST", "/secrets/$id/reveal", {}],
  ["POST", "/secrets/$id/reveal", { version: 1 }],
  ["PATCH", "/secrets/$id", { name: "EVIL" }],
  ["DELETE", "/secrets/$id", undefined],
  ["POST", "/grants", { app: "evil", secretId: "$id", until: null }],
  ["POST", "/grants/revoke", { app: "app-1", secretId: "$id" }],
] as const;

const fill = (body: object | undefined, id: string): unknown =>
  body && JSON.parse(JSON.stringify(body).replace("$id", id));

describeDatabases("D1: secrets of somebody else", (open) => {
  let w: World;
  let adas: string;
  beforeAll(async () => {
    w = await createWorld(await open());
    adas = await stored(w, "ada", "KEY", "ada's");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: adas, until: null });
    await stored(w, "bob", "KEY", "bob's");
  }, 60_000);

  test("the matrix has every route that takes an id", () => {
    const taking = w.secrets.routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => route.includes(":id") || route.includes("/grants"));
    const tried = new Set(
      calls.map(([method, path]) => `${method} /api/v1${path.replace("$id", ":id")}`),
    );
    expect([...tried].toSorted()).toEqual(taking.toSorted());
  });

  test.for(calls)("%s %s is as if there were none", async ([method, path, body]) => {
    const ask = (user: string, id: string) =>
      w.ask(user, method, path.replace("$id", id), fill(body, id));
    const bobs = await w.audited("bob");
    const foreign = await ask("bob", adas);
    const unknown = await ask("bob", newSecretId());
    expect(foreign).toMatchObject({ status: 404, code: "not_found" });
    expect(foreign).toEqual(unknown);
    expect(await w.audited("bob")).toEqual(bobs);
    expect(await used(w, "ada", "app-1", "KEY")).toBe("granted ada's");
    expect((await listed(w, "ada")).map(({ name, version }) => [name, version])).toEqual([
      ["KEY", 1],
    ]);
  });

  test("what goes by name finds one's own", async () => {
    expect(await used(w, "bob", "app-1", "KEY")).toBe("known");
    const allow = { app: "app-1", name: "KEY", value: null, until: null };
    expect((await w.ask("bob", "POST", "/secrets/allow", allow)).body).toEqual({ value: "bob's" });
    expect((await listed(w, "bob")).map(({ grants }) => grants.length)).toEqual([1]);
  });

  test("nobody who is signed out gets as far as that", () => {
    const others: Readonly<Record<string, string>> = {
      revealSecret: "fresh",
      useSecret: "optimistic",
    };
    for (const { auth, operation } of w.secrets.routes) {
      expect(auth).toBe(others[operation] ?? "session");
    }
  });
});

describeDatabases("what comes from outside", (open) => {
  let w: World;
  let id: string;
  beforeAll(async () => {
    w = await createWorld(await open());
    id = await stored(w, "ada", "KEY", "canary-91c3");
  }, 60_000);

  test.for([
    ["/secrets", { name: "N", value: "x" }],
    [`/secrets/$id/versions`, { value: "x" }],
    [`/secrets/$id/restore`, { version: 1 }],
    [`/secrets/$id/reveal`, { version: 1 }],
    ["/secrets/use", { app: "app-1", name: "KEY" }],
    ["/secrets/allow", { app: "app-1", name: "KEY", value: null, until: null }],
    ["/grants", { app: "app-1", secretId: "$id", until: null }],
    ["/grants/revoke", { app: "app-1", secretId: "$id" }],
    ["/merge", { mergeId: crypto.randomUUID(), secrets: [], grants: [] }],
  ] as const)("D2: %s takes no field that it does not know", async ([path, body]) => {
    for (const extra of ["userId", "user_id", "owner", "dekId", "id2", "latest", "record"]) {
      const more = { ...(fill(body, id) as object), [extra]: "bob" };
      const reply = await w.ask("ada", "POST", path.replace("$id", id), more);
      expect(reply).toMatchObject({ status: 400, code: "bad_request" });
    }
  });

  const corpus = [
    "' or '1'='1",
    "KEY'--",
    "KEY; drop table secret",
    'KEY" or ""="',
    "%",
    "_%",
    "K_Y",
    "KEY\\",
    "KEY\0",
    "KEY ",
    "kEY",
    "\uD800",
    "K\u0395Y",
    "__proto__",
    "constructor",
    "$1",
    "${KEY}",
    "{}",
    "1e999",
    "x".repeat(129),
    "",
  ];

  test("D8: names and ids are never more than texts", async () => {
    for (const text of corpus) {
      const reply = await w.ask("ada", "POST", "/secrets/use", { app: "app-1", name: text });
      const standing = api.useAnswer.safeParse(reply.body).data?.standing;
      expect([reply.code, standing], text).toContainEqual(
        /^[A-Za-z_][\w.-]{0,127}$/.test(text) ? "unknown" : "bad_request",
      );
      const app = await w.ask("ada", "POST", "/secrets/use", { app: text, name: "KEY" });
      expect([200, 400], text).toContain(app.status);
      expect(JSON.stringify(app.body)).not.toContain("canary-91c3");
      const byId = await revealed(w, "ada", encodeURIComponent(text.toWellFormed() || "-"));
      expect(["not_found", "bad_request"], text).toContain(byId);
      const grant = { app: "app-1", secretId: text, until: null };
      expect([400, 404], text).toContain((await w.ask("ada", "POST", "/grants", grant)).status);
    }
    for (const name of ["__proto__", "constructor", "toString"]) {
      const other = await stored(w, "ada", name, `of ${name}`);
      expect(await revealed(w, "ada", other)).toBe(`of ${name}`);
      expect((await w.ask("ada", "DELETE", `/secrets/${other}`)).status).toBe(200);
    }
    expect((await listed(w, "ada")).map(({ name }) => name)).toEqual(["KEY"]);
    expect(await revealed(w, "ada", id)).toBe("canary-91c3");
  });

  test("D8: values are never more than texts, whatever they hold", async () => {
    for (const value of corpus.filter((text) => text !== "" && text.isWellFormed())) {
      expect((await w.ask("ada", "POST", `/secrets/${id}/versions`, { value })).status).toBe(200);
      expect(await revealed(w, "ada", id)).toBe(value);
    }
  });
});
