import { afterEach, expect, test, vi } from "vitest";
import { denialLimit } from "./state.ts";
import { canary, memoryStore, setUp } from "./testing.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A run of an app that was denied so often that it is refused without a dialog. */
async function refused() {
  vi.useFakeTimers();
  const store = memoryStore("account");
  const { broker, sent, shown } = setUp(store);
  for (let n = 0; n < denialLimit; n += 1) {
    broker.request(`denied ${n}`, `DENIED_${n}`, null);
    await vi.advanceTimersByTimeAsync(0);
    broker.deny(shown()?.key ?? 0);
  }
  sent.splice(0);
  /** How long an answer takes, and what it is, where the store takes so long. */
  const answerTo = async (name: string, milliseconds: number) => {
    store.world.gate = new Promise((resolve) => setTimeout(resolve, milliseconds));
    const start = performance.now();
    broker.request(name, name, null);
    while (sent.length === 0) await vi.advanceTimersByTimeAsync(1);
    const [answer] = sent.splice(0);
    return { ...answer, id: "", time: Math.round(performance.now() - start) };
  };
  return { store, broker, sent, answerTo };
}

test("attack A17: denied, unknown, and there but not allowed are one answer at one time", async () => {
  const { store, answerTo } = await refused();
  store.values.set("THERE", canary);
  const answers = [
    await answerTo("THERE", 3),
    await answerTo("UNKNOWN", 170),
    await answerTo("UNKNOWN_TOO", 900),
  ];
  const [first] = answers;
  expect(first).toMatchObject({ type: "secret.refused", code: "secret_denied", time: 1_000 });
  expect(answers).toEqual(answers.map(() => first));
});

test("attack A17: nor does the room for waiting requests tell when a name was looked up", async () => {
  const { store, broker, sent } = await refused();
  store.values.set("THERE", canary);
  for (const [name, milliseconds] of [
    ["THERE", 3],
    ["UNKNOWN", 300],
  ] as const) {
    store.world.gate = new Promise((resolve) => setTimeout(resolve, milliseconds));
    for (let n = 0; n < 50; n += 1) broker.request(`${name} ${n}`, name, null);
    for (let at = 0; at < 990; at += 90) {
      broker.request(`${name} at ${at}`, `OTHER_${at}`, null);
      expect(sent.splice(0)).toMatchObject([{ code: "secret_busy" }]);
      await vi.advanceTimersByTimeAsync(90);
    }
    await vi.advanceTimersByTimeAsync(20);
    expect(sent.splice(0)).toHaveLength(50);
  }
});

test("what the visitor allowed before is given at once all the same", async () => {
  const { store, answerTo } = await refused();
  store.values.set("GIVEN", canary);
  store.grants.add("sabc GIVEN");
  expect(await answerTo("GIVEN", 3)).toMatchObject({ type: "secret.value", value: canary });
  expect((await answerTo("GIVEN", 3)).time).toBeLessThan(10);
});
