import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { app, canary, memoryStore, revoked, setUp, value } from "./testing.ts";

const hour = 3_600_000;
const later = (wait: number) => new Date(Date.now() + wait).toISOString();
const pass = (time: number) => vi.advanceTimersByTimeAsync(time);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A run that was given KEY by the account, until `end`. */
async function given(end: string | null) {
  const world = setUp(memoryStore("account"));
  world.store.values.set("KEY", canary);
  world.store.grants.add(`${app} KEY`);
  world.store.world.until = end;
  const ask = async (id: string) => {
    world.broker.request(id, "KEY", null);
    await pass(0);
  };
  await ask("1");
  expect(world.sent).toEqual([value("1")]);
  return { ...world, ask };
}

test("what was given until a moment is taken back then, and the visitor is asked again", async () => {
  const { store, sent, shown, ask } = await given(later(hour));
  await pass(hour - 1);
  expect(sent).toHaveLength(1);
  await pass(1);
  expect(sent.slice(1)).toEqual([revoked("KEY")]);
  store.grants.clear();
  await ask("2");
  expect(shown()).toMatchObject({ name: "KEY", known: true });
});

test("an end as far away as a date can be is waited for", async () => {
  const { sent } = await given("9999-12-31T23:59:59.999Z");
  await pass(30 * 24 * hour);
  expect(sent).toHaveLength(1);
});

test("a page that slept over the end takes it back when it wakes", async () => {
  const { sent, wake } = await given(later(hour));
  vi.setSystemTime(Date.now() + hour);
  expect(sent).toHaveLength(1);
  wake();
  expect(sent.slice(1)).toEqual([revoked("KEY")]);
});

test("a machine whose timers slept, too, does so soon after", async () => {
  const { sent } = await given(later(hour));
  vi.setSystemTime(Date.now() + hour);
  await pass(30_000);
  expect(sent.slice(1)).toEqual([revoked("KEY")]);
});

test("given anew, the new end counts", async () => {
  const { store, sent, tell, ask } = await given(later(hour));
  store.world.until = later(2 * hour);
  tell({ type: "given", app, name: "KEY" });
  expect(sent.slice(1)).toEqual([revoked("KEY")]);
  await ask("2");
  await pass(hour);
  expect(sent.slice(2)).toEqual([value("2")]);
  await pass(hour);
  expect(sent.slice(3)).toEqual([revoked("KEY")]);
});

test("what was given without an end, or was revoked before it, is not taken back by time", async () => {
  const forever = await given(null);
  const gone = await given(later(hour));
  gone.tell({ type: "revoked", app, name: "KEY" });
  await pass(48 * hour);
  expect(forever.sent).toHaveLength(1);
  expect(gone.sent).toHaveLength(2);
});

test("what the visitor allows for a run ends, too, where the account keeps it", async () => {
  for (const place of ["account", "tab"] as const) {
    const { broker, sent, shown } = setUp(memoryStore(place), app, () => later(24 * hour));
    broker.request("1", "KEY", null);
    await pass(0);
    broker.allow(shown()?.key ?? 0, canary);
    await pass(24 * hour - 1);
    expect(sent).toEqual([value("1")]);
    await pass(1);
    expect(sent.slice(1)).toEqual(place === "account" ? [revoked("KEY")] : []);
  }
});

test("after stop nothing is waited for", async () => {
  const { broker, sent, wake, sleepers } = await given(later(hour));
  broker.stop();
  wake();
  await pass(hour);
  expect(sent).toHaveLength(1);
  expect(sleepers.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
