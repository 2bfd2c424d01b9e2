import { api } from "@portafilter/protocol";
import { describe, expect, test } from "vitest";
import { createClient } from "../api/client.ts";
import { openSessionStore } from "../session/store.ts";
import { freeLocks, tabStorage } from "../session/testing.ts";
import { mergeTab } from "./merge.ts";

const app = "sabc";
const asker = { app, loads: [] };

/** What the server does: one transaction for each merge, and the same answer to the same id. */
function fakeServer() {
  const versions = new Map<string, string[]>();
  const grants = new Set<string>();
  const answers = new Map<string, api.MergeAnswer>();
  const received: string[] = [];
  const world = {
    versions,
    grants,
    received,
    /** Called when the request has arrived, before anything is done. */
    onArrival: () => undefined as unknown,
    /** Called when all is committed, before the answer leaves. */
    onCommitted: () => undefined as unknown,
  };
  const fetch: typeof globalThis.fetch = async (_path, init) => {
    const body = api.merge.parse(JSON.parse(init?.body as string));
    received.push(body.mergeId);
    world.onArrival();
    let answer = answers.get(body.mergeId);
    if (answer === undefined) {
      answer = { moved: [], same: [], replaced: [] };
      for (const { name, value } of body.secrets) {
        const before = versions.get(name);
        if (before?.[0] === value) answer.same.push(name);
        else {
          (before === undefined ? answer.moved : answer.replaced).push(name);
          versions.set(name, [value, ...(before ?? [])]);
        }
      }
      for (const grant of body.grants) grants.add(`${grant.app} ${grant.name}`);
      answers.set(body.mergeId, answer);
    }
    world.onCommitted();
    return Promise.resolve(Response.json(answer));
  };
  return { world, client: createClient(fetch) };
}

const kill = () => {
  throw new Error("killed");
};
const values = (server: ReturnType<typeof fakeServer>) => Object.fromEntries(server.world.versions);

/** A tab whose page can be killed: the next page finds the storage as it was left. */
async function openTab() {
  const { storage, items } = tabStorage();
  const page = () =>
    openSessionStore({ storage: () => storage, locks: freeLocks, reopened: false });
  const session = await page();
  session.allow(asker, "A", "value-a1");
  session.allow(asker, "B", "value-b1");
  return { session, page, stored: () => [...items.values()].join() };
}

test("everything moves, with what was allowed, and the tab is empty then", async () => {
  const server = fakeServer();
  const tab = await openTab();
  expect(await mergeTab(tab.session, server.client, "ada")).toEqual({
    moved: ["A", "B"],
    same: [],
    replaced: [],
  });
  expect(values(server)).toEqual({ A: ["value-a1"], B: ["value-b1"] });
  expect([...server.world.grants]).toEqual([`${app} A`, `${app} B`]);
  expect(tab.stored()).not.toMatch(/value-a1|value-b1/);
  expect(await mergeTab(tab.session, server.client, "ada")).toBeNull();
  expect(server.world.received).toHaveLength(1);
});

describe("killed", () => {
  const steps: [string, (server: ReturnType<typeof fakeServer>) => void][] = [
    [
      "before it was sent",
      ({ world }) => {
        world.onArrival = kill;
      },
    ],
    [
      "after it was sent and before the answer",
      ({ world }) => {
        world.onCommitted = kill;
      },
    ],
  ];
  test.each(steps)(
    "%s: nothing is lost, and sent again nothing is doubled",
    async (_what, prepare) => {
      const server = fakeServer();
      const tab = await openTab();
      prepare(server);
      await expect(mergeTab(tab.session, server.client, "ada")).rejects.toThrow();
      expect(tab.stored()).toMatch(/value-a1.*value-b1/);
      Object.assign(server.world, { onArrival: () => undefined, onCommitted: () => undefined });
      const next = await tab.page();
      expect((await mergeTab(next, server.client, "ada"))?.moved).toEqual(["A", "B"]);
      expect(values(server)).toEqual({ A: ["value-a1"], B: ["value-b1"] });
      expect(new Set(server.world.received).size).toBe(1);
      expect(next.content("ada")).toBeNull();
    },
  );

  test("after the answer and before the tab is erased", async () => {
    const server = fakeServer();
    const tab = await openTab();
    await expect(
      mergeTab({ content: tab.session.content, erase: kill }, server.client, "ada"),
    ).rejects.toThrow();
    const next = await tab.page();
    // Meanwhile another device has changed one: sent again, the old value must not come back.
    server.world.versions.get("A")?.unshift("value-a2");
    await mergeTab(next, server.client, "ada");
    expect(values(server)).toEqual({ A: ["value-a2", "value-a1"], B: ["value-b1"] });
    expect(next.content("ada")).toBeNull();
  });

  test("after the tab was erased", async () => {
    const server = fakeServer();
    const tab = await openTab();
    await mergeTab(tab.session, server.client, "ada");
    expect(await mergeTab(await tab.page(), server.client, "ada")).toBeNull();
    expect(values(server)).toEqual({ A: ["value-a1"], B: ["value-b1"] });
  });

  test("and changed before it is sent again: that is another content, with an id of its own", async () => {
    const server = fakeServer();
    const tab = await openTab();
    server.world.onCommitted = kill;
    await expect(mergeTab(tab.session, server.client, "ada")).rejects.toThrow();
    server.world.onCommitted = () => undefined;
    const next = await tab.page();
    next.allow(asker, "A", "value-a2");
    expect(await mergeTab(next, server.client, "ada")).toEqual({
      moved: [],
      same: ["B"],
      replaced: ["A"],
    });
    expect(values(server)).toEqual({ A: ["value-a2", "value-a1"], B: ["value-b1"] });
    expect(new Set(server.world.received).size).toBe(2);
  });
});

test("what is entered while the answer is on its way stays, and moves next", async () => {
  const server = fakeServer();
  const tab = await openTab();
  server.world.onCommitted = () => {
    tab.session.allow(asker, "A", "value-a2");
    tab.session.allow(asker, "C", "value-c1");
  };
  await mergeTab(tab.session, server.client, "ada");
  server.world.onCommitted = () => undefined;
  expect(tab.session.read(asker, "A")).toBe("value-a2");
  expect(tab.session.holds("B")).toBe(false);
  expect(await mergeTab(tab.session, server.client, "ada")).toEqual({
    moved: ["C"],
    same: [],
    replaced: ["A"],
  });
  expect(values(server)).toEqual({ A: ["value-a2", "value-a1"], B: ["value-b1"], C: ["value-c1"] });
});

test("two tabs move what each holds", async () => {
  const server = fakeServer();
  const [one, two] = [await openTab(), await openTab()];
  two.session.allow(asker, "A", "value-a-other");
  const answers = await Promise.all(
    [one, two].map((tab) => mergeTab(tab.session, server.client, "ada")),
  );
  expect(answers.map((answer) => answer?.replaced)).toEqual([[], ["A"]]);
  expect(values(server)).toEqual({ A: ["value-a-other", "value-a1"], B: ["value-b1"] });
});

test("more than one request may carry goes in parts", async () => {
  const server = fakeServer();
  const tab = await openTab();
  for (let i = 0; i < 1_000; i++) tab.session.allow(asker, `N${i}`, "v");
  await mergeTab(tab.session, server.client, "ada");
  expect(server.world.versions.size).toBe(1_000);
  await mergeTab(tab.session, server.client, "ada");
  expect(server.world.versions.size).toBe(1_002);
  expect(server.world.grants.size).toBe(1_002);
  expect(tab.session.content("ada")).toBeNull();
});
