import { expect, test } from "vitest";
import { createAccountStore as createAccountSecrets } from "./account-store.ts";
import { asker, canary, type Page, settle, setUp } from "./testing.ts";

/** A page on which Ada is signed in, with a secret that could not be moved. */
async function setUpUnmoved() {
  const page = await setUp("ada");
  page.server.refusesMerge = true;
  page.session.allow(asker, "KEY", canary);
  await page.account.refresh();
  await settle();
  return page;
}

test("signing out tells apps to forget, and erases what the tab holds", async () => {
  const { account, server, session, stored, changes } = await setUp("ada");
  server.refusesMerge = true;
  session.allow(asker, "KEY", canary);
  await account.refresh();
  server.signedIn = null;
  account.hear("signed-out");
  expect(changes.map(({ type }) => type)).toContain("left");
  await settle();
  expect(stored()).not.toContain(canary);
});

test("a sign-in that runs out tells apps to forget, and keeps what was never moved", async () => {
  const { client, server, changes, ask } = await setUpUnmoved();
  server.signedIn = null;
  expect(await createAccountSecrets(client).use(asker, "OTHER")).toEqual({
    standing: "unavailable",
  });
  await settle();
  expect(changes.map(({ type }) => type)).toContain("left");
  expect(await ask("KEY")).toMatchObject({ kind: "tab", value: canary });
});

test("another account gets nothing of the one before it", async () => {
  const { account, server, stored, changes } = await setUpUnmoved();
  server.refusesMerge = false;
  server.signedIn = "bob";
  await account.refresh();
  await settle();
  expect(changes.map(({ type }) => type)).toContain("left");
  expect(stored()).not.toContain(canary);
  expect(server.values.size).toBe(0);
});

test("somebody else who signed in unnoticed gets nothing of the account before", async () => {
  const { client, server, stored, changes, merger } = await setUpUnmoved();
  server.refusesMerge = false;
  server.signedIn = "bob";
  merger.retry();
  await settle();
  await settle();
  expect(changes.map(({ type }) => type)).toContain("left");
  expect(stored()).not.toContain(canary);
  expect(server.values.size).toBe(0);
  expect(await createAccountSecrets(client).use(asker, "KEY")).toEqual({ standing: "unknown" });
});

test("what was typed for one account is not stored in that of who signed in since, unnoticed", async () => {
  const { account, ask, server, source, changes } = await setUp("ada");
  await account.refresh();
  const store = await source.storeFor("KEY");
  // In another tab, whose message did not come.
  server.signedIn = "bob";
  server.values.set("BOBS", canary);
  expect(await store?.allow(asker, "KEY", canary, null)).toEqual({ problem: "other_account" });
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
    const { account, client, server, stored } = await setUpUnmoved();
    server.signedIn = null;
    await createAccountSecrets(client).use(asker, "OTHER");
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
const refusedCall = ({ client }: Page) => createAccountSecrets(client).use(asker, "OTHER");
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
  const page = await setUpUnmoved();
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
  session.allow(asker, "OTHER", "o");
  account.hear("signed-out");
  expect(await ask("KEY")).toEqual({ kind: "tab", standing: "unknown" });
  expect(stored()).not.toContain(canary);
  expect(changes.filter(({ type }) => type === "left")).toHaveLength(2);
  expect(await ask("OTHER")).toMatchObject({ value: "o" });
});

test("a sign-out elsewhere takes nothing from a stranger", async () => {
  const { account, ask, changes, session } = await setUp(null);
  session.allow(asker, "KEY", canary);
  await account.refresh();
  account.hear("signed-out");
  await settle();
  expect(await ask("KEY")).toMatchObject({ kind: "tab", value: canary });
  expect(changes.map(({ type }) => type)).not.toContain("left");
});

test("a sign-out that came before the tab's secrets were loaded erases them, and nothing of a stranger", async () => {
  const before = await setUpOver(refusedCall);
  before.session.allow(asker, "OTHER", "o");
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
    before.session.allow(asker, "KEY", canary);
    await before.account.refresh();
    await settle();
    const { account, server, source, stored } = await setUp(null, before.tab);
    await account.refresh();
    const store = await source.storeFor("OTHER");
    expect(await store?.allow(asker, "OTHER", "o", null)).toEqual({ value: "o" });
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
    expect(await store?.allow(asker, "KEY", value, null)).toEqual({ value });
  };
  server.refusesMerge = true;
  session.allow(asker, "KEY", canary);
  await account.refresh();
  await replace("ada's");
  expect(session.content("bob")).toBeNull();
  server.signedIn = null;
  await createAccountSecrets(client).use(asker, "OTHER");
  await settle();
  await replace("stranger's");
  expect(session.content("bob")?.secrets).toEqual([{ name: "KEY", value: "stranger's" }]);
});
