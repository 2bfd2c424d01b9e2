import { api, noLoads } from "@portafilter/protocol";
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

export const app = "sabc";
export const asker = { app, loads: noLoads };
export const canary = "canary-41c0";
const offers = { accounts: true, mail: false, providers: [] };
const user = (id: string) => ({ id, email: "ada@example.org", hasPassword: true, passkeys: 0 });
/** Lets everything happen that needs no more than the present turn of the event loop. */
export const settle = () => new Promise((resolve) => setTimeout(resolve));

/**
 * A page, its tab and a server, before the server has said who is signed in. `tab`: of a page before;
 * `early`: what happens before the page's secrets are loaded.
 */
export async function setUp(
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
    return store === null ? null : { kind: store.kind, ...(await store.use(asker, name)) };
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

export type Page = Awaited<ReturnType<typeof setUp>>;
