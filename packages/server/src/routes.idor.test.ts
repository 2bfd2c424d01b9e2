import { api } from "@portafilter/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { createAuthenticator } from "./accounts/testing/authenticator.ts";
import type { Browser } from "./accounts/testing/browser.ts";
import type { Route } from "./http/route.ts";
import { noDigest } from "./secrets/testing/world.ts";
import { personOn, type Servers, startServers } from "./testing/servers.ts";

/** What of one account another one might name. */
type Ids = Readonly<{ secret: string; device: string; passkey: string }>;

/** Every route that takes the id of something that belongs to an account, with a body that would be right. */
const calls: readonly (readonly [string, keyof Ids, object?])[] = [
  ["GET /api/v1/secrets/:id/versions", "secret"],
  ["POST /api/v1/secrets/:id/versions", "secret", { value: "evil" }],
  ["POST /api/v1/secrets/:id/restore", "secret", { version: 1 }],
  ["POST /api/v1/secrets/:id/reveal", "secret", {}],
  ["POST /api/v1/secrets/:id/reveal", "secret", { version: 1 }],
  ["PATCH /api/v1/secrets/:id", "secret", { name: "EVIL" }],
  ["DELETE /api/v1/secrets/:id", "secret"],
  ["POST /api/v1/grants", "secret", { app: "evil", loads: noDigest, secretId: ":id", until: null }],
  ["POST /api/v1/grants/revoke", "secret", { app: "app-1", secretId: ":id" }],
  ["POST /api/v1/account/devices/:id/end", "device"],
  ["DELETE /api/v1/account/passkeys/:id", "passkey"],
];

/** Routes with a parameter or a field of that kind that names nothing of an account, and what it names. */
const naming: Readonly<Record<string, string>> = {
  "POST /api/v1/account/oidc/:provider": "a provider of the settings",
  "GET /api/auth/oauth2/callback/:provider": "a provider of the settings",
  "POST /api/v1/account/passkeys/register": "a passkey that the authenticator signs for",
  "POST /api/v1/account/passkeys/sign-in": "a passkey that the authenticator signs for",
  "POST /api/v1/merge": "a merge, by the account and this",
};

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const fieldsOf = (schema: z.ZodMiniType | undefined) =>
  Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});

let servers: Servers;
let ada: Browser;
let bob: Browser;
let adas: Ids;

async function signUp(email: string, address: string): Promise<[Browser, Ids]> {
  const [browser] = await personOn(servers.all, email, address);
  if (browser === undefined) throw new Error("there is one server");
  const created = await browser.ask("/api/v1/secrets", { name: "KEY", value: `${email}'s` });
  const secret = String(created.body.id);
  const grant = { app: "app-1", loads: noDigest, secretId: secret, until: null };
  expect((await browser.ask("/api/v1/grants", grant)).status).toBe(200);
  const authenticator = await createAuthenticator();
  const options = await browser.ask("/api/v1/account/passkeys/register-options", {});
  const made = await authenticator.create(options.body);
  const registered = await browser.ask("/api/v1/account/passkeys/register", made);
  expect(registered.code).toBeUndefined();
  const first = async (path: string, list: string) => {
    const { body } = await browser.ask(path);
    return (body[list] as { id: string }[])[0]?.id ?? "";
  };
  const device = await first("/api/v1/account/devices", "devices");
  const passkey = await first("/api/v1/account/passkeys", "passkeys");
  return [browser, { secret, device, passkey }];
}

/** Everything that an account shows of itself. */
async function stateOf(browser: Browser): Promise<unknown[]> {
  const paths = ["secrets", "account/devices", "account/passkeys", "audit", "session"];
  const seen = [];
  for (const path of paths) seen.push((await browser.ask(`/api/v1/${path}`)).body);
  return seen;
}

beforeAll(async () => {
  servers = await startServers(1);
  [ada, adas] = await signUp("ada@portafilter.test", "192.0.2.1");
  [bob] = await signUp("bob@portafilter.test", "192.0.2.2");
}, 120_000);
afterAll(() => servers.close(), 120_000);

describe("D1: what belongs to another account", () => {
  test("the matrix has every route of the server that takes an id", () => {
    const taking = (servers.all[0]?.routes ?? [])
      .filter(({ path, body }) => path.includes(":") || fieldsOf(body).some((f) => /id$/i.test(f)))
      .map(nameOf)
      .filter((name) => !(name in naming));
    expect(taking.length).toBeGreaterThan(8);
    expect([...new Set(calls.map(([name]) => name))].toSorted()).toEqual(taking.toSorted());
  });

  test.for(calls)("%s with the id of a %s is as if there were none", async ([name, kind, body]) => {
    const ask = async (id: string) => {
      const [method = "", path = ""] = name.split(" ");
      const filled = body && (JSON.parse(JSON.stringify(body).replace(":id", id)) as object);
      const {
        status,
        code,
        body: answer,
      } = await bob.call(method, path.replace(":id", id), filled);
      return { status, code, answer };
    };
    const before = [await stateOf(ada), await stateOf(bob)];
    const foreign = await ask(adas[kind]);
    const unknown = await ask("A".repeat(adas[kind].length));
    expect(foreign).toMatchObject({ status: 404, code: "not_found" });
    expect(foreign).toEqual(unknown);
    expect([await stateOf(ada), await stateOf(bob)]).toEqual(before);
  });

  test("who asks for such ids is written down, and not whether they are somebody's", async () => {
    const who = async (browser: Browser) =>
      ((await browser.ask("/api/v1/session")).body.user as { id: string }).id;
    const linesOf = (userId: string) =>
      servers
        .logged()
        .split("\n")
        .filter((line) => line.includes(userId) && line.includes("does not have"));
    const [eve] = await signUp("eve@portafilter.test", "192.0.2.4");
    const [mallory] = await signUp("mallory@portafilter.test", "192.0.2.5");
    const [eves, mallorys] = [await who(eve), await who(mallory)];
    await eve.ask(`/api/v1/secrets/${adas.secret}/reveal`, {});
    await eve.ask(`/api/v1/secrets/${adas.secret}/reveal`, {});
    await mallory.ask(`/api/v1/secrets/${"A".repeat(adas.secret.length)}/reveal`, {});
    const [line, ...more] = linesOf(eves);
    expect(more).toEqual([]);
    expect(line).not.toContain(adas.secret);
    expect(line).not.toContain(await who(ada));
    const parsed = (text = "") => ({
      ...(JSON.parse(text) as Record<string, unknown>),
      ...{ time: 0, id: "", userId: "" },
    });
    expect(parsed(line)).toEqual(parsed(linesOf(mallorys)[0]));
  });

  test("every one of these calls is right with one's own id", async () => {
    const [carol, own] = await signUp("carol@portafilter.test", "192.0.2.3");
    const rank = (name: string) => ["DELETE", "/end"].findIndex((part) => name.includes(part));
    for (const [name, kind, body] of calls.toSorted(([a], [b]) => rank(a) - rank(b))) {
      const [method = "", path = ""] = name.split(" ");
      const filled = body && (JSON.parse(JSON.stringify(body).replace(":id", own[kind])) as object);
      const answer = await carol.call(method, path.replace(":id", own[kind]), filled);
      expect(answer.status, name).toBe(200);
    }
  });

  test("no route does anything in one account that is meant for another one", async () => {
    const { id } = (await ada.ask("/api/v1/session")).body.user as { id: string };
    const before = [await stateOf(ada), await stateOf(bob)];
    const all = (servers.all[0]?.routes ?? []).filter(({ auth }) => auth !== "none");
    expect(all.length).toBeGreaterThan(20);
    for (const route of all) {
      const path = route.path.replace(/:\w+/, "some-id");
      const named = { [api.accountHeader]: id };
      const { code } = await bob.call(route.method, path, undefined, named);
      expect(code, nameOf(route)).toBe("other_account");
    }
    expect([await stateOf(ada), await stateOf(bob)]).toEqual(before);
  });

  test("a merge id of another account is one's own, and new", async () => {
    const mergeId = crypto.randomUUID();
    const merge = (name: string, value: string) => {
      return { mergeId, secrets: [{ name, value }], grants: [] };
    };
    const first = await ada.ask("/api/v1/merge", merge("ADAS", "one"));
    const second = await bob.ask("/api/v1/merge", merge("BOBS", "two"));
    expect(first.body.moved).toEqual(["ADAS"]);
    expect(second.body.moved).toEqual(["BOBS"]);
  });
});
