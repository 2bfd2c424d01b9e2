import type { HostMessage } from "@portafilter/protocol";
import { expect, test } from "vitest";
import type { SessionStore } from "../session/store.ts";
import { createBroker } from "./broker.ts";
import { type BrokerState, initialBrokerState } from "./state.ts";

const app = "sabc";
const canary = "canary-7f3a";

/** A store in memory that may be told to keep nothing. */
function memoryStore(keeps = true): SessionStore {
  const values = new Map<string, string>();
  const grants = new Set<string>();
  return {
    standing: (id, name) =>
      !values.has(name) ? "unknown" : grants.has(`${id} ${name}`) ? "granted" : "known",
    read: (id, name) => (grants.has(`${id} ${name}`) ? (values.get(name) ?? null) : null),
    allow(id, name, value) {
      if (!keeps) return false;
      if (value !== null) values.set(name, value);
      grants.add(`${id} ${name}`);
      return values.has(name);
    },
  };
}

function setUp(store = memoryStore(), id = app) {
  const sent: HostMessage[] = [];
  const states: BrokerState[] = [initialBrokerState];
  const broker = createBroker({
    app: id,
    store,
    send: (message) => sent.push(message),
    onChange: (state) => states.push(state),
  });
  return { broker, sent, states, shown: () => states.at(-1)?.queue[0] };
}

test("an allowed value is kept, sent, and sent again without asking", () => {
  const { broker, sent, shown } = setUp();
  broker.request("1", "KEY", null);
  broker.allow(shown()?.key ?? 0, canary);
  broker.request("2", "KEY", null);
  expect(sent).toEqual([
    { v: 1, type: "secret.value", id: "1", value: canary },
    { v: 1, type: "secret.value", id: "2", value: canary },
  ]);
});

test("the state that the page draws never holds a value", () => {
  const { broker, states, shown } = setUp();
  broker.request("1", "KEY", "because");
  broker.allow(shown()?.key ?? 0, canary);
  broker.request("2", "KEY", null);
  expect(JSON.stringify(states)).not.toContain(canary);
});

test("another app is asked about although the tab has a value", () => {
  const store = memoryStore();
  const first = setUp(store);
  first.broker.request("1", "KEY", null);
  first.broker.allow(first.shown()?.key ?? 0, canary);
  const second = setUp(store, "sxyz");
  second.broker.request("1", "KEY", null);
  expect(second.sent).toEqual([]);
  expect(second.shown()).toMatchObject({ name: "KEY", known: true });
  second.broker.allow(second.shown()?.key ?? 0, null);
  expect(second.sent).toEqual([{ v: 1, type: "secret.value", id: "1", value: canary }]);
});

test("a value is not stored when its prompt is gone", () => {
  const store = memoryStore();
  const { broker, sent, shown } = setUp(store);
  broker.request("1", "KEY", null);
  const key = shown()?.key ?? 0;
  broker.cancel("1");
  broker.allow(key, canary);
  expect(sent).toEqual([]);
  expect(store.standing(app, "KEY")).toBe("unknown");
});

test("after stop nothing is stored or sent", () => {
  const store = memoryStore();
  const { broker, sent, shown, states } = setUp(store);
  broker.request("1", "KEY", null);
  const key = shown()?.key ?? 0;
  broker.stop();
  broker.allow(key, canary);
  broker.request("2", "KEY", null);
  expect(sent).toEqual([]);
  expect(store.standing(app, "KEY")).toBe("unknown");
  expect(states.at(-1)?.queue).toEqual([]);
});

test("a store that does not keep the value makes the secret unavailable", () => {
  const { broker, sent, states, shown } = setUp(memoryStore(false));
  broker.request("1", "KEY", null);
  broker.allow(shown()?.key ?? 0, canary);
  expect(sent).toEqual([{ v: 1, type: "secret.refused", id: "1", code: "secret_unavailable" }]);
  expect(states.at(-1)?.unavailable).toBe(true);
});

test("Ask me again tells the frame to forget each denied name", () => {
  const { broker, sent, shown } = setUp();
  for (const name of ["A", "B"]) {
    broker.request(name, name, null);
    broker.deny(shown()?.key ?? 0);
  }
  broker.askAgain();
  expect(sent.slice(2)).toEqual([
    { v: 1, type: "secret.askAgain", name: "A" },
    { v: 1, type: "secret.askAgain", name: "B" },
  ]);
});
