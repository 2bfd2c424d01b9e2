import { expect, test, vi } from "vitest";
import { createBroker } from "./broker.ts";
import type { BrokerState } from "./state.ts";
import {
  app,
  canary,
  memoryStore,
  revoked,
  settle,
  setUp,
  sourceOf,
  unavailable,
  value,
} from "./testing.ts";

test("an allowed value is kept, sent, and sent again without asking", async () => {
  const { sent, request, allow } = setUp();
  await request("1", "KEY");
  await allow(canary);
  await request("2", "KEY");
  expect(sent).toEqual([value("1"), value("2")]);
});

test("the state that the page draws never holds a value", async () => {
  const { states, request, allow } = setUp();
  await request("1", "KEY");
  await allow(canary);
  await request("2", "KEY");
  expect(JSON.stringify(states)).not.toContain(canary);
});

test("another app is asked about although there is a value", async () => {
  const store = memoryStore();
  const first = setUp(store);
  await first.request("1", "KEY");
  await first.allow(canary);
  const second = setUp(store, "sxyz");
  await second.request("1", "KEY");
  expect(second.sent).toEqual([]);
  expect(second.shown()).toMatchObject({ name: "KEY", known: true });
  await second.allow(null);
  expect(second.sent).toEqual([value("1")]);
});

test("a value is not stored when its prompt is gone", async () => {
  const { broker, store, sent, shown, request } = setUp();
  await request("1", "KEY");
  const key = shown()?.key ?? 0;
  broker.cancel("1");
  broker.allow(key, canary);
  await settle();
  expect(sent).toEqual([]);
  expect(store.values.size).toBe(0);
});

test("after stop nothing is stored or sent, and nothing is heard any more", async () => {
  const { broker, store, sent, shown, states, listeners, request } = setUp();
  await request("1", "KEY");
  const key = shown()?.key ?? 0;
  broker.stop();
  broker.allow(key, canary);
  await request("2", "KEY");
  expect(sent).toEqual([]);
  expect(store.values.size).toBe(0);
  expect(states.at(-1)?.queue).toEqual([]);
  expect(listeners.size).toBe(0);
});

test("a tab that does not keep the value makes the secret unavailable", async () => {
  const { store, sent, states, request, allow } = setUp();
  store.world.keeps = false;
  await request("1", "KEY");
  await allow(canary);
  expect(sent).toEqual([unavailable("1")]);
  expect(states.at(-1)?.unavailable).toBe("tab");
});

test("Ask me again tells the frame to forget each denied name", async () => {
  const { broker, sent, shown, request } = setUp();
  for (const name of ["A", "B"]) {
    await request(name, name);
    broker.deny(shown()?.key ?? 0);
  }
  broker.askAgain();
  expect(sent.slice(2)).toEqual([
    { v: 1, type: "secret.askAgain", name: "A" },
    { v: 1, type: "secret.askAgain", name: "B" },
  ]);
});

test("an account that does not keep the value leaves the question open, to be tried again", async () => {
  const { store, sent, shown, request, allow } = setUp(memoryStore("account"));
  store.world.keeps = false;
  await request("1", "KEY");
  await allow(canary);
  expect(sent).toEqual([]);
  expect(shown()).toMatchObject({ keeping: false, problem: "secret_unavailable" });
  store.world.keeps = true;
  await allow(canary);
  expect(sent).toEqual([value("1")]);
});

test("an account out of reach refuses at once; so does a page that cannot tell who is signed in", async () => {
  const { store, place, sent, states, request } = setUp(memoryStore("account"));
  store.world.reachable = false;
  await request("1", "KEY");
  place.store = null;
  await request("2", "OTHER");
  expect(sent).toEqual([unavailable("1"), unavailable("2")]);
  expect(states.at(-1)).toMatchObject({ unavailable: "account", queue: [] });
});

test("what was allowed for the account is not put into the tab, nor the other way round", async () => {
  for (const [from, to] of [
    ["tab", "account"],
    ["account", "tab"],
  ] as const) {
    const { place, store, sent, shown, request, allow } = setUp(memoryStore(from));
    await request("1", "KEY");
    const other = memoryStore(to);
    place.store = other;
    await allow(canary);
    expect([...store.values, ...other.values]).toEqual([]);
    expect(sent).toEqual([]);
    expect(shown()).toMatchObject({ place: to, keeping: false });
    await allow(canary);
    expect(other.values.get("KEY")).toBe(canary);
    expect(sent).toEqual([value("1")]);
  }
});

const ends: [string, (set: ReturnType<typeof setUp>) => void][] = [
  [
    "the request is cancelled",
    ({ broker }) => {
      broker.cancel("1");
    },
  ],
  [
    "the run ends",
    ({ broker }) => {
      broker.stop();
    },
  ],
];
test.each(ends)("attack A16: an answer on its way releases nothing when %s", async (_what, end) => {
  const set = setUp(memoryStore("account"));
  set.store.values.set("KEY", canary);
  set.store.grants.add(`${app} KEY`);
  const release = set.store.hold();
  await set.request("1", "KEY");
  end(set);
  release();
  await settle();
  expect(set.sent).toEqual([]);
});

test.each(ends)("attack A16: an Allow on its way releases nothing when %s", async (_what, end) => {
  const set = setUp(memoryStore("account"));
  await set.request("1", "KEY");
  const release = set.store.hold();
  await set.allow(canary);
  expect(set.shown()).toMatchObject({ keeping: true });
  end(set);
  release();
  await settle();
  expect(set.sent).toEqual([]);
});

test("a revoked secret is forgotten by the app at once, and asked about again", async () => {
  const { store, tell, sent, shown, request, allow } = setUp();
  await request("1", "KEY");
  await allow(canary);
  store.grants.clear();
  tell({ type: "revoked", app: "sother", name: "KEY" });
  tell({ type: "revoked", app, name: "OTHER" });
  expect(sent).toHaveLength(1);
  tell({ type: "revoked", app, name: "KEY" });
  expect(sent.at(-1)).toEqual(revoked("KEY"));
  await request("2", "KEY");
  expect(shown()).toMatchObject({ name: "KEY", known: true });
});

test("after a loss of events every name that the run holds is forgotten, and no other", async () => {
  const { tell, sent, request, allow } = setUp();
  for (const name of ["A", "B"]) {
    await request(name, name);
    await allow(canary);
  }
  await request("C", "C");
  tell({ type: "revoked", app: null, name: null });
  expect(sent.slice(2)).toEqual([revoked("A"), revoked("B")]);
  tell({ type: "revoked", app: null, name: null });
  expect(sent).toHaveLength(4);
});

test("a value that was read before it was revoked, and arrives after, is not released", async () => {
  const { store, tell, sent, shown, request } = setUp(memoryStore("account"));
  store.values.set("KEY", canary);
  store.grants.add(`${app} KEY`);
  const release = store.hold();
  await request("1", "KEY");
  store.grants.clear();
  tell({ type: "revoked", app, name: "KEY" });
  release();
  await settle();
  expect(sent).toEqual([]);
  expect(shown()).toMatchObject({ known: true });
  expect(store.world.calls).toEqual(["use KEY", "use KEY"]);
});

test("an Allow that is revoked before its answer arrives is not released", async () => {
  const { store, tell, sent, shown, request, allow } = setUp(memoryStore("account"));
  await request("1", "KEY");
  const release = store.hold();
  await allow(canary);
  store.grants.clear();
  tell({ type: "revoked", app, name: "KEY" });
  release();
  await settle();
  expect(sent).toEqual([]);
  expect(shown()).toMatchObject({ known: true, keeping: false });
});

test("a question that is answered on another device closes, and the app goes on", async () => {
  const { store, tell, sent, shown, request } = setUp(memoryStore("account"));
  await request("1", "KEY");
  store.values.set("KEY", canary);
  store.grants.add(`${app} KEY`);
  tell({ type: "given", app, name: "KEY" });
  await settle();
  expect(shown()).toBeUndefined();
  expect(sent).toEqual([value("1")]);
});

test("signing in while a question is open looks up what the account says", async () => {
  const { place, tell, shown, request } = setUp();
  await request("1", "KEY");
  const account = memoryStore("account");
  account.values.set("KEY", canary);
  place.store = account;
  tell({ type: "moved" });
  await settle();
  expect(shown()).toMatchObject({ place: "account", known: true });
});

test("signing out ends a run that holds values, after telling it to forget them", async () => {
  const { tell, sent, onLeft, request, allow } = setUp();
  tell({ type: "left" });
  expect(onLeft).not.toHaveBeenCalled();
  await request("1", "KEY");
  await allow(canary);
  tell({ type: "left" });
  expect(sent.at(-1)).toEqual(revoked("KEY"));
  expect(onLeft).toHaveBeenCalledOnce();
});

test("somebody else who signs in is asked anew: what the one before typed or allowed goes nowhere", async () => {
  const [adas, bobs] = [memoryStore("account"), memoryStore("account")];
  const { broker, place, tell, sent, shown, request, allow } = setUp(adas);
  await request("1", "KEY");
  const before = shown()?.key ?? 0;
  broker.allow(before, canary);
  place.store = bobs;
  tell({ type: "left" });
  await settle();
  broker.allow(before, canary);
  await settle();
  expect(shown()).toMatchObject({ ids: ["1"], keeping: false, problem: null });
  expect(shown()?.key).not.toBe(before);
  expect([...adas.values, ...bobs.values]).toEqual([]);
  expect(sent).toEqual([]);
  await allow("bob's");
  expect(bobs.values.get("KEY")).toBe("bob's");
  expect(sent).toEqual([value("1", "bob's")]);
});

test("the dialog does not say what the one before has, while it is not known what the next one has", async () => {
  const [adas, bobs] = [memoryStore("account"), memoryStore("account")];
  adas.values.set("KEY", canary);
  const { place, tell, shown, request } = setUp(adas);
  await request("1", "KEY");
  expect(shown()?.known).toBe(true);
  place.store = bobs;
  bobs.world.reachable = false;
  const release = bobs.hold();
  tell({ type: "left" });
  expect(shown()?.known).toBe(false);
  release();
  await settle();
  expect(shown()).toMatchObject({ known: false, problem: "secret_unavailable" });
});

test("a sign-in that was ended elsewhere ends such a run, too: its values are revoked before", async () => {
  const { tell, onLeft, request, allow } = setUp();
  await request("1", "KEY");
  await allow(canary);
  tell({ type: "revoked", app: null, name: null });
  tell({ type: "left" });
  expect(onLeft).toHaveBeenCalledOnce();
});

test("what is allowed for a run is kept until a moment only", async () => {
  const store = memoryStore();
  const allow = vi.spyOn(store, "allow");
  const states: BrokerState[] = [];
  const broker = createBroker({
    app,
    secrets: sourceOf(store).source,
    until: () => "2026-11-26T00:00:00.000Z",
    onWake: () => () => undefined,
    send: () => undefined,
    onChange: (state) => states.push(state),
    onLeft: () => undefined,
  });
  broker.loaded([]);
  broker.request("1", "KEY", null);
  await settle();
  broker.allow(states.at(-1)?.queue[0]?.key ?? 0, canary);
  await settle();
  expect(allow).toHaveBeenCalledWith({ app, loads: [] }, "KEY", canary, "2026-11-26T00:00:00.000Z");
});
