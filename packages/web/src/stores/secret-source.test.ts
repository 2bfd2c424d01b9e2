import { api } from "@portafilter/protocol";
import { expect, test, vi } from "vitest";
import { createClient } from "../api/client.ts";
import { createAccountStore as createAccountSecrets } from "./account-store.ts";
import type { SecretsChange } from "./secret-store.ts";
import { app, asker, canary, settle, setUp } from "./testing.ts";

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
    session.allow(asker, "KEY", canary);
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
  session.allow(asker, "KEY", canary);
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
  session.allow(asker, "KEY", canary);
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
  session.allow(asker, "KEY", canary);
  server.refusesMerge = true;
  await account.refresh();
  expect(await ask("KEY")).toMatchObject({ kind: "tab", standing: "granted" });
  expect(await ask("OTHER")).toMatchObject({ kind: "account", standing: "unknown" });
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
  expect(await createAccountSecrets({ send }).use(asker, "KEY")).toEqual({
    standing: "unavailable",
  });
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.reject(new TypeError("no network")));
  expect(await createAccountSecrets(createClient(fetch)).allow(asker, "KEY", canary, null)).toEqual(
    {
      problem: "unreachable",
    },
  );
  expect(JSON.stringify(fetch.mock.calls[0]?.[0])).not.toContain(canary);
});
