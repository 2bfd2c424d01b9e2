import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Refusal } from "../refusal.ts";
import type { State } from "../store/state.ts";
import { createBudget, encryptionLimit } from "./budget.ts";
import { createRing, type KeyRing } from "./key-ring.ts";

/** A store in memory; `fails` makes its disk full. */
function memoryStore(reserved = 0) {
  const ring = createRing("k", false);
  const [[, first] = [1, undefined]] = [...ring.versions];
  if (first === undefined) throw new Error("no version");
  const start: KeyRing = { ...ring, versions: new Map([[1, { ...first, reserved }]]) };
  let state: State = {
    clusterId: randomUUID(),
    rings: new Map([["k", start]]),
    tokens: new Map(),
    policies: new Map(),
  };
  const store = {
    writes: 0,
    fails: false,
    ring: start,
    state: () => state,
    reserved: () => state.rings.get("k")?.versions.get(1)?.reserved ?? -1,
    change: async (make: (state: State) => State) => {
      await Promise.resolve();
      if (store.fails) throw new Error("ENOSPC");
      state = make(state);
      store.writes += 1;
      return state;
    },
  };
  return store;
}

describe("the budget of a key version", () => {
  it("is written down before the first encryption and then in large blocks", async () => {
    const store = memoryStore();
    const budget = createBudget(store);
    expect(budget.spend(store.ring, 1, 1)).toBeInstanceOf(Promise);
    await budget.spend(store.ring, 1, 1);
    for (let count = 0; count < 1000; count += 1) {
      expect(budget.spend(store.ring, 1, 1)).toBeUndefined();
    }
    expect(store.writes).toBe(1);
    expect(store.reserved()).toBeGreaterThan(1002);
    expect(budget.spent(store.ring, 1)).toBe(1002);
  });

  it("is never more than what is written down, however it is spent", async () => {
    const store = memoryStore();
    const budget = createBudget(store);
    const spend = async (count: number) => {
      await budget.spend(store.ring, 1, count);
      expect(budget.spent(store.ring, 1)).toBeGreaterThanOrEqual(count);
    };
    await Promise.all([1, 300_000, 5, 2_000_000, 100, 262_144].map(spend));
    expect(store.reserved()).toBeGreaterThanOrEqual(2_562_250);
    expect(budget.spent(store.ring, 1)).toBe(2_562_250);
  });

  it("counts as used what was reserved, when the server was killed", () => {
    const store = memoryStore(5000);
    expect(createBudget(store).spent(store.ring, 1)).toBe(5000);
  });

  it("is exact after a stop in order", async () => {
    const store = memoryStore();
    const budget = createBudget(store);
    await budget.spend(store.ring, 1, 7);
    await budget.settle();
    expect(store.reserved()).toBe(7);
  });

  it("refuses beyond 2^32, and takes the last one", async () => {
    const store = memoryStore(encryptionLimit - 1);
    const budget = createBudget(store);
    await budget.spend(store.ring, 1, 1);
    expect(() => budget.spend(store.ring, 1, 1)).toThrow(Refusal);
  });

  it("refuses when what it spends cannot be written down", async () => {
    const store = memoryStore();
    const budget = createBudget(store);
    store.fails = true;
    await expect(budget.spend(store.ring, 1, 1)).rejects.toThrow("ENOSPC");
    store.fails = false;
    await budget.spend(store.ring, 1, 1);
    expect(store.reserved()).toBeGreaterThanOrEqual(2);
  });
});
