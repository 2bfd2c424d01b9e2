import { expect, test } from "vitest";
import { app, canary, memoryStore, revoked, settle, setUp, value } from "./testing.ts";

/** What the server tells of a first Allow, in this order: there is a secret now, and this app has it. */
const changed = { type: "revoked", app: null, name: "KEY" } as const;
const given = { type: "given", app, name: "KEY" } as const;
const takenBack = { type: "revoked", app, name: "KEY" } as const;
const lost = { type: "revoked", app: null, name: null } as const;

/** A question about `KEY` that was allowed; the server has done it, its answer is held back. */
async function allowed(typed: string | null = canary) {
  const set = setUp(memoryStore("account"));
  if (typed === null) set.store.values.set("KEY", canary);
  await set.request("1", "KEY");
  const release = set.store.hold();
  await set.allow(typed);
  const { calls } = set.store.world;
  expect(calls).toEqual(["use KEY", "allow KEY"]);
  const answer = async () => {
    release();
    await settle();
  };
  return { ...set, calls, answer };
}

test("an Allow that is told of before its answer comes is answered by that, and asked for once", async () => {
  const { tell, answer, sent, shown, calls } = await allowed();
  tell(changed);
  tell(given);
  await answer();
  expect(sent).toEqual([value("1")]);
  expect(shown()).toBeUndefined();
  expect(calls).toEqual(["use KEY", "allow KEY"]);
});

test("an Allow that is told of after its answer takes nothing back", async () => {
  const { tell, answer, sent, calls } = await allowed();
  await answer();
  tell(changed);
  tell(given);
  await settle();
  expect(sent).toEqual([value("1")]);
  expect(calls).toEqual(["use KEY", "allow KEY"]);
});

test("an Allow that is told of on both sides of its answer is asked for once", async () => {
  const { tell, answer, sent, calls } = await allowed();
  tell(changed);
  await answer();
  tell(given);
  await settle();
  expect(sent).toEqual([value("1")]);
  expect(calls).toEqual(["use KEY", "allow KEY"]);
});

test("allowing what is stored is told of as given only", async () => {
  const { tell, answer, sent, calls } = await allowed(null);
  tell(given);
  await answer();
  expect(sent).toEqual([value("1")]);
  expect(calls).toEqual(["use KEY", "allow KEY"]);
});

test("another app's Allow of the same name, which came before ours, is no reason to ask again", async () => {
  const { tell, answer, sent, calls } = await allowed();
  tell(changed);
  tell({ ...given, app: "sother" });
  tell(changed);
  tell(given);
  await answer();
  expect(sent).toEqual([value("1")]);
  expect(calls).toEqual(["use KEY", "allow KEY"]);
});

test("a value that another tab stored after ours is the one that the app gets", async () => {
  const { store, tell, answer, sent } = await allowed();
  store.values.set("KEY", "newer");
  for (const change of [changed, given, changed]) tell(change);
  await answer();
  expect(sent).toEqual([value("1", "newer")]);
});

test("a change after ours takes the value back, whenever ours is told of", async () => {
  const { tell, answer, sent } = await allowed();
  await answer();
  for (const change of [changed, given]) tell(change);
  expect(sent).toEqual([value("1")]);
  tell(changed);
  expect(sent).toEqual([value("1"), revoked("KEY")]);
});

test.each([
  ["before ours is told of", [takenBack]],
  ["after ours is told of", [changed, given, takenBack]],
  ["between what is told of ours", [changed, takenBack, given]],
  ["by deleting the secret", [changed, given, changed]],
  ["in what was not heard", [lost]],
  ["in what was not heard, after ours", [changed, given, lost]],
] as const)(
  "an Allow that is revoked while its answer is on its way, %s, releases nothing",
  async (_when, changes) => {
    const { store, tell, answer, sent, shown, calls } = await allowed();
    store.grants.clear();
    for (const change of changes) tell(change);
    await answer();
    expect(sent).toEqual([]);
    expect(shown()).toMatchObject({ known: true, keeping: false });
    expect(calls).toEqual(["use KEY", "allow KEY", "use KEY"]);
  },
);

test.each([
  ["a loss of events", lost],
  ["a revocation", takenBack],
  ["being given it", given],
])("after %s no change is taken for what is told of an Allow", async (_what, change) => {
  const { tell, answer, sent } = await allowed();
  tell(change);
  await answer();
  expect(sent).toEqual([value("1")]);
  tell(changed);
  expect(sent).toEqual([value("1"), revoked("KEY")]);
});

test("after a look-up that failed, a change is not taken for what is told of an Allow", async () => {
  const { store, tell, sent, shown, request, allow } = setUp(memoryStore("account"));
  await request("1", "KEY");
  store.world.reachable = false;
  store.values.set("KEY", canary);
  store.grants.add(`${app} KEY`);
  for (const change of [changed, given]) tell(change);
  await settle();
  expect(shown()).toMatchObject({ problem: "secret_unavailable" });
  store.world.reachable = true;
  const release = store.hold();
  // The same value, which this app has been given: nothing is told of it.
  await allow(canary);
  store.values.set("KEY", "newer");
  tell(changed);
  release();
  await settle();
  expect(sent).toEqual([value("1", "newer")]);
});

test.each([
  ["a revocation", takenBack],
  ["a loss of events", lost],
] as const)(
  "%s takes back what was allowed, also when that has not been told of",
  async (_what, change) => {
    const { tell, answer, sent } = await allowed();
    await answer();
    tell(change);
    expect(sent).toEqual([value("1"), revoked("KEY")]);
  },
);

test("an Allow that is cancelled and revoked while its answer is on its way is not asked about again", async () => {
  const { broker, store, tell, answer, sent, calls } = await allowed();
  broker.cancel("1");
  store.grants.clear();
  for (const change of [changed, given, takenBack]) tell(change);
  await answer();
  expect(sent).toEqual([]);
  expect(calls).toEqual(["use KEY", "allow KEY"]);
});

test("signing out while an Allow is on its way ends a run that holds values, and asks one that holds none anew", async () => {
  const { place, tell, answer, sent, shown } = await allowed();
  place.store = memoryStore("tab");
  tell({ type: "left" });
  tell(changed);
  tell(given);
  await answer();
  expect(sent).toEqual([]);
  expect(shown()).toMatchObject({ place: "tab", known: false, keeping: false });
});

test("an Allow whose answer is lost, and that was told of, is answered by asking again, once", async () => {
  for (const before of [[], [changed], [changed, given]]) {
    const { store, tell, shown, sent, request, allow } = setUp(memoryStore("account"));
    await request("1", "KEY");
    const release = store.hold();
    store.world.lost = true;
    await allow(canary);
    for (const change of before) tell(change);
    release();
    await settle();
    for (const change of [changed, given].slice(before.length)) tell(change);
    await settle();
    expect(shown()).toBeUndefined();
    expect(sent).toEqual([value("1")]);
    expect(store.world.calls).toEqual(["use KEY", "allow KEY", "use KEY"]);
  }
});

test("an Allow whose answer is lost, and that nobody told of, stays open to be tried again", async () => {
  const { store, shown, sent, request, allow } = setUp(memoryStore("account"));
  await request("1", "KEY");
  store.world.keeps = false;
  await allow(canary);
  expect(shown()).toMatchObject({ keeping: false, problem: "secret_unavailable" });
  expect(sent).toEqual([]);
  expect(store.world.calls).toEqual(["use KEY", "allow KEY"]);
});

test("two apps that ask for one name at once get it by one call each", async () => {
  const store = memoryStore("account");
  const [one, two] = [setUp(store), setUp(store, "sother")];
  await one.request("1", "KEY");
  await two.request("1", "KEY");
  await one.allow(canary);
  for (const set of [one, two]) for (const change of [changed, given]) set.tell(change);
  await settle();
  expect(two.shown()).toMatchObject({ known: true });
  await two.allow(null);
  for (const set of [one, two]) set.tell({ ...given, app: "sother" });
  await settle();
  expect([one.sent, two.sent]).toEqual([[value("1")], [value("1")]]);
  // The second `use` of the other app finds out what its question has to say.
  expect(store.world.calls).toEqual(["use KEY", "use KEY", "allow KEY", "use KEY", "allow KEY"]);
});

test("a question that is answered in another tab is looked up once, however much is told of that", async () => {
  const { store, tell, sent, shown, request } = setUp(memoryStore("account"));
  await request("1", "KEY");
  store.values.set("KEY", canary);
  store.grants.add(`${app} KEY`);
  tell(changed);
  tell(given);
  await settle();
  expect(shown()).toBeUndefined();
  expect(sent).toEqual([value("1")]);
  expect(store.world.calls).toEqual(["use KEY", "use KEY"]);
});

test("an app that is given a name while that is looked up is not asked about it", async () => {
  const { store, tell, sent, states, request } = setUp(memoryStore("account"));
  store.values.set("KEY", canary);
  const release = store.hold();
  await request("1", "KEY");
  store.grants.add(`${app} KEY`);
  tell(given);
  release();
  await settle();
  expect(states.every(({ queue }) => queue.length === 0)).toBe(true);
  expect(sent).toEqual([value("1")]);
});
