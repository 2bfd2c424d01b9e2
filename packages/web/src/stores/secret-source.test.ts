import { api } from "@portafilter/protocol";
import { expect, test, vi } from "vitest";
import { type AccountStore, createAccountStore } from "../account/session.ts";
import { createClient } from "../api/client.ts";
import type { EventFeed } from "../events/event-feed.ts";
import { mergeTab } from "../merge/merge.ts";
import { createMerger } from "../merge/merger.ts";
import { openSessionStore } from "../session/store.ts";
import { freeLocks, tabStorage } from "../session/testing.ts";
import { createAccountStore as createAccountSecrets } from "./account-store.ts";
import { createSecretSource } from "./secret-source.ts";
import type { SecretsChange } from "./secret-store.ts";

const app = "sabc";
const canary = "canary-41c0";
const offers = { accounts: true, mail: false, providers: [] };
const user = (id: string) => ({ id, email: "ada@example.org", hasPassword: true, passkeys: 0 });
const settle = () => new Promise((resolve) => setTimeout(resolve));

/**
 * A page, its tab and a server, before the server has said who is signed in. `tab`: of a page before;
 * `early`: what happens before the page's secrets are loaded.
 */
async function setUp(
  signedIn: string | null,
  tab = tabStorage(),
  early: (account: AccountStore) => void = () => undefined,
) {
  const { storage, items } = tab;
  const session = await openSessionStore({
    storage: () => storage,
    locks: freeLocks,
    reopened: false,
  });
  const server = {
    signedIn,
    accounts: true,
    down: false,
    /** Whether calls came with a token that is replaced by now. */
    hadOldToken: false,
    refusesMerge: false,
    gate: Promise.resolve() as Promise<unknown>,
    calls: [] as string[],
    values: new Map<string, string>(),
    granted: true,
  };
  const reply = (path: string, account: string | null, body: unknown): Response => {
    if (server.down) throw new TypeError("no network");
    if (path === "session")
      return Response.json({
        user: server.signedIn === null ? null : user(server.signedIn),
        fresh: true,
        offers: { ...offers, accounts: server.accounts },
      } satisfies api.SessionAnswer);
    if (server.signedIn === null || server.hadOldToken)
      return Response.json({ error: { code: "signed_out", message: "" } }, { status: 401 });
    if ((account ?? server.signedIn) !== server.signedIn)
      return Response.json({ error: { code: "other_account", message: "" } }, { status: 409 });
    if (path === "merge") {
      if (server.refusesMerge)
        return Response.json(
          { error: { code: "secret_unavailable", message: "" } },
          { status: 503 },
        );
      const { secrets } = api.merge.parse(body);
      for (const { name, value } of secrets) server.values.set(name, value);
      return Response.json({ moved: secrets.map(({ name }) => name), same: [], replaced: [] });
    }
    if (path === "secrets/allow") {
      const { name, value } = api.allowSecret.parse(body);
      server.values.set(name, value ?? "");
      return Response.json({ value });
    }
    const { name } = body as { name: string };
    const value = server.values.get(name);
    if (value === undefined) return Response.json({ standing: "unknown" });
    return Response.json(
      server.granted ? { standing: "granted", value, until: null } : { standing: "known" },
    );
  };
  const client = createClient(async (url, init) => {
    const path = (url as string).replace("/api/v1/", "");
    server.calls.push(path);
    if (path !== "session") await server.gate;
    const named = new Headers(init?.headers).get(api.accountHeader);
    return reply(path, named, init?.body === undefined ? null : JSON.parse(init.body as string));
  });
  const account = createAccountStore(client);
  early(account);
  let tellFeed: (event: api.AccountEvent) => void = () => undefined;
  const feed: EventFeed = {
    listen(listener) {
      tellFeed = listener;
      return () => undefined;
    },
    refresh: () => undefined,
  };
  const merger = createMerger({
    merge: (mine) => mergeTab(session, client, mine),
    user: () => {
      const now = account.get();
      return now.status === "signed-in" ? now.user.id : null;
    },
    onMoved: () => {
      source.moved();
    },
  });
  const source = createSecretSource({
    account,
    session: Promise.resolve(session),
    accountStore: createAccountSecrets(client),
    merger,
    feed,
  });
  const changes: SecretsChange[] = [];
  source.subscribe((change) => changes.push(change));
  /** Where a name is answered, and how. */
  const ask = async (name: string) => {
    const store = await source.storeFor(name);
    return store === null ? null : { kind: store.kind, ...(await store.use(app, name)) };
  };
  return {
    tab,
    session,
    server,
    account,
    client,
    source,
    merger,
    changes,
    ask,
    event: (event: api.AccountEvent) => {
      tellFeed(event);
    },
    stored: () => [...items.values()].join(),
  };
}

type Page = Awaited<ReturnType<typeof setUp>>;

test("a question waits until it is known who is signed in", async () => {
  const { ask, account, server } = await setUp("ada");
  server.values.set("KEY", canary);
  const answer = ask("KEY");
  let answered = false;
  void answer.then(() => {
    answered = true;
  });
  await settle();
  expect(answered).toBe(false);
  await account.refresh();
  expect(await answer).toEqual({
    kind: "account",
    standing: "granted",
    value: canary,
    until: null,
  });
});

test("signed out, and without accounts, the tab answers, and no secret is asked of the server", async () => {
  for (const accounts of [true, false]) {
    const { ask, account, server, session } = await setUp(null);
    server.accounts = accounts;
    session.allow(app, "KEY", canary);
    await account.refresh();
    expect(await ask("KEY")).toEqual({
      kind: "tab",
      standing: "granted",
      value: canary,
      until: null,
    });
    expect(await ask("OTHER")).toEqual({ kind: "tab", standing: "unknown" });
    expect(new Set(server.calls)).toEqual(new Set(["session"]));
  }
});

test("a page that cannot tell who is signed in takes nothing new into the tab", async () => {
  const { ask, account, server, session } = await setUp("ada");
  session.allow(app, "KEY", canary);
  server.down = true;
  await account.refresh();
  expect(await ask("OTHER")).toBeNull();
  expect(await ask("KEY")).toMatchObject({ kind: "tab", standing: "granted" });
  server.down = false;
  server.values.set("OTHER", "o");
  expect(await ask("OTHER")).toMatchObject({ kind: "account", standing: "granted" });
});

test("an account out of reach is not replaced by the tab", async () => {
  const { ask, account, server, session } = await setUp("ada");
  await account.refresh();
  server.down = true;
  expect(await ask("KEY")).toEqual({ kind: "account", standing: "unavailable" });
  expect(session.holds("KEY")).toBe(false);
});

test("signing in moves the tab's secrets; a question waits for that, then asks the account", async () => {
  const { ask, account, server, session, stored, changes } = await setUp(null);
  session.allow(app, "KEY", canary);
  await account.refresh();
  const held = Promise.withResolvers<undefined>();
  server.gate = held.promise;
  server.signedIn = "ada";
  await account.refresh();
  const answer = ask("KEY");
  await settle();
  expect(server.calls).not.toContain("secrets/use");
  held.resolve(undefined);
  expect(await answer).toMatchObject({ kind: "account", standing: "granted", value: canary });
  expect(stored()).not.toContain(canary);
  expect(changes.map(({ type }) => type)).toEqual(["moved", "moved", "moved"]);
});

test("a move that fails leaves the tab's secrets to be answered from the tab", async () => {
  const { ask, account, server, session } = await setUp("ada");
  session.allow(app, "KEY", canary);
  server.refusesMerge = true;
  await account.refresh();
  expect(await ask("KEY")).toMatchObject({ kind: "tab", standing: "granted" });
  expect(await ask("OTHER")).toMatchObject({ kind: "account", standing: "unknown" });
});

test("signing out tells apps to forget, and erases what the tab holds", async () => {
  const { account, server, session, stored, changes } = await setUp("ada");
  server.refusesMerge = true;
  session.allow(app, "KEY", canary);
  await account.refresh();
  server.signedIn = null;
  account.hear("signed-out");
  expect(changes.map(({ type }) => type)).toContain("left");
  await settle();
  expect(stored()).not.toContain(canary);
});

test("a sign-in that runs out tells apps to forget, and keeps what was never moved", async () => {
  const { account, client, server, session, changes, ask } = await setUp("ada");
  server.refusesMerge = true;
  session.allow(app, "KEY", canary);
  await account.refresh();
  await settle();
  server.signedIn = null;
  expect(await createAccountSecrets(client).use(app, "OTHER")).toEqual({ standing: "unavailable" });
  await settle();
  expect(changes.map(({ type }) => type)).toContain("left");
  expect(await ask("KEY")).toMatchObject({ kind: "tab", value: canary });
});

test("a call that had an old token while the sign-in got a new one tells apps nothing", async () => {
  const { ask, account, changes, server } = await setUp("ada");
  server.values.set("KEY", canary);
  await account.refresh();
  await settle();
  const before = changes.length;
  server.hadOldToken = true;
  expect(await ask("KEY")).toMatchObject({ standing: "unavailable" });
  server.hadOldToken = false;
  await settle();
  expect(changes).toHaveLength(before);
  expect(account.get().status).toBe("signed-in");
  expect(await ask("KEY")).toMatchObject({ value: canary });
});

test("another account gets nothing of the one before it", async () => {
  const { account, server, session, stored, changes } = await setUp("ada");
  server.refusesMerge = true;
  session.allow(app, "KEY", canary);
  await account.refresh();
  await settle();
  server.refusesMerge = false;
  server.signedIn = "bob";
  await account.refresh();
  await settle();
  expect(changes.map(({ type }) => type)).toContain("left");
  expect(stored()).not.toContain(canary);
  expect(server.values.size).toBe(0);
});

test("somebody else who signed in unnoticed gets nothing of the account before", async () => {
  const { account, client, server, session, stored, changes, merger } = await setUp("ada");
  server.refusesMerge = true;
  session.allow(app, "KEY", canary);
  await account.refresh();
  await settle();
  server.refusesMerge = false;
  server.signedIn = "bob";
  merger.retry();
  await settle();
  await settle();
  expect(changes.map(({ type }) => type)).toContain("left");
  expect(stored()).not.toContain(canary);
  expect(server.values.size).toBe(0);
  expect(await createAccountSecrets(client).use(app, "KEY")).toEqual({ standing: "unknown" });
});

test("what was typed for one account is not stored in that of who signed in since, unnoticed", async () => {
  const { account, ask, server, source, changes } = await setUp("ada");
  await account.refresh();
  const store = await source.storeFor("KEY");
  // In another tab, whose message did not come.
  server.signedIn = "bob";
  server.values.set("BOBS", canary);
  expect(await store?.allow(app, "KEY", canary, null)).toEqual({ problem: "other_account" });
  expect([...server.values.keys()]).toEqual(["BOBS"]);
  await settle();
  expect(changes.map(({ type }) => type)).toContain("left");
  expect(account.get()).toMatchObject({ user: { id: "bob" } });
  server.signedIn = "ada";
  expect(await ask("BOBS")).toMatchObject({ standing: "unavailable" });
});

test("what a sign-in left that ran out goes to the same account, and to no other", async () => {
  for (const [next, expected] of [
    ["ada", [["KEY", canary]]],
    ["bob", []],
  ] as const) {
    const { account, client, server, session, stored } = await setUp("ada");
    server.refusesMerge = true;
    session.allow(app, "KEY", canary);
    await account.refresh();
    await settle();
    server.signedIn = null;
    await createAccountSecrets(client).use(app, "OTHER");
    await settle();
    expect(stored()).toContain(canary);
    server.refusesMerge = false;
    server.signedIn = next;
    await account.refresh();
    await settle();
    expect(stored()).not.toContain(canary);
    expect([...server.values]).toEqual(expected);
  }
});

/** How a page finds out that nobody is signed in any more, who has not said so. */
const refusedCall = ({ client }: Page) => createAccountSecrets(client).use(app, "OTHER");
const findings: [string, (page: Page) => Promise<unknown>][] = [
  ["a refused call", refusedCall],
  ["asking who is signed in", ({ account }) => account.refresh()],
  [
    "the tab with the connection",
    ({ account }) => {
      account.hear("ran-out");
      return settle();
    },
  ],
];

/** A page whose sign-in is over, with a secret that could not be moved. */
async function setUpOver(findOut: (page: Page) => Promise<unknown>) {
  const page = await setUp("ada");
  page.server.refusesMerge = true;
  page.session.allow(app, "KEY", canary);
  await page.account.refresh();
  await settle();
  page.server.signedIn = null;
  await findOut(page);
  await settle();
  expect(page.account.get().status).toBe("signed-out");
  expect(page.changes.filter(({ type }) => type === "left")).toHaveLength(1);
  return page;
}

test.each(findings)("%s holds what was never moved", async (_what, findOut) => {
  const { ask } = await setUpOver(findOut);
  expect(await ask("KEY")).toMatchObject({ kind: "tab", value: canary });
});

test.each(findings)("a sign-out that is heard of after %s erases it", async (_what, findOut) => {
  const { account, ask, changes, session, stored } = await setUpOver(findOut);
  session.allow(app, "OTHER", "o");
  account.hear("signed-out");
  expect(await ask("KEY")).toEqual({ kind: "tab", standing: "unknown" });
  expect(stored()).not.toContain(canary);
  expect(changes.filter(({ type }) => type === "left")).toHaveLength(2);
  expect(await ask("OTHER")).toMatchObject({ value: "o" });
});

test("a sign-out elsewhere takes nothing from a stranger", async () => {
  const { account, ask, changes, session } = await setUp(null);
  session.allow(app, "KEY", canary);
  await account.refresh();
  account.hear("signed-out");
  await settle();
  expect(await ask("KEY")).toMatchObject({ kind: "tab", value: canary });
  expect(changes.map(({ type }) => type)).not.toContain("left");
});

test("a sign-out that came before the tab's secrets were loaded erases them, and nothing of a stranger", async () => {
  const before = await setUpOver(refusedCall);
  before.session.allow(app, "OTHER", "o");
  const { stored } = await setUp(null, before.tab, (account) => {
    account.hear("signed-out");
  });
  await settle();
  expect(stored()).not.toContain(canary);
  expect(stored()).toContain("OTHER");
});

test("a page that does not know yet who is signed in hears of a sign-out, too", async () => {
  const before = await setUpOver(refusedCall);
  const { account, stored } = await setUp(null, before.tab);
  account.hear("signed-out");
  await settle();
  expect(stored()).not.toContain(canary);
});

test("what a sign-in left goes to no other after a reload either; what a stranger kept since goes to whoever signs in", async () => {
  for (const [next, expected] of [
    [
      "ada",
      [
        ["KEY", canary],
        ["OTHER", "o"],
      ],
    ],
    ["bob", [["OTHER", "o"]]],
  ] as const) {
    const before = await setUp("ada");
    before.server.refusesMerge = true;
    before.session.allow(app, "KEY", canary);
    await before.account.refresh();
    await settle();
    const { account, server, source, stored } = await setUp(null, before.tab);
    await account.refresh();
    const store = await source.storeFor("OTHER");
    expect(await store?.allow(app, "OTHER", "o", null)).toEqual({ value: "o" });
    server.signedIn = next;
    await account.refresh();
    await settle();
    expect(stored()).not.toContain(canary);
    expect([...server.values]).toEqual(expected);
  }
});

test("a value that replaces a held one is for who is signed in, and else for whoever signs in next", async () => {
  const { account, client, server, session, source } = await setUp("ada");
  const replace = async (value: string) => {
    const store = await source.storeFor("KEY");
    expect(store?.kind).toBe("tab");
    expect(await store?.allow(app, "KEY", value, null)).toEqual({ value });
  };
  server.refusesMerge = true;
  session.allow(app, "KEY", canary);
  await account.refresh();
  await replace("ada's");
  expect(session.content("bob")).toBeNull();
  server.signedIn = null;
  await createAccountSecrets(client).use(app, "OTHER");
  await settle();
  await replace("stranger's");
  expect(session.content("bob")?.secrets).toEqual([{ name: "KEY", value: "stranger's" }]);
});

test.each<[api.AccountEvent, SecretsChange]>([
  [
    { type: "grant.revoked", app, name: "K" },
    { type: "revoked", app, name: "K" },
  ],
  [
    { type: "grant.given", app, name: "K" },
    { type: "given", app, name: "K" },
  ],
  [
    { type: "secret.changed", name: "K" },
    { type: "revoked", app: null, name: "K" },
  ],
  [{ type: "resync" }, { type: "revoked", app: null, name: null }],
  [{ type: "session.ended" }, { type: "revoked", app: null, name: null }],
])("the event %j", async (event, change) => {
  const { event: tell, changes } = await setUp("ada");
  tell(event);
  expect(changes).toEqual([change]);
});

test("an unexpected answer of the server is no value", async () => {
  const { send } = createClient(() => Promise.resolve(Response.json({ standing: "granted" })));
  expect(await createAccountSecrets({ send }).use(app, "KEY")).toEqual({ standing: "unavailable" });
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.reject(new TypeError("no network")));
  expect(await createAccountSecrets(createClient(fetch)).allow(app, "KEY", canary, null)).toEqual({
    problem: "unreachable",
  });
  expect(JSON.stringify(fetch.mock.calls[0]?.[0])).not.toContain(canary);
});
