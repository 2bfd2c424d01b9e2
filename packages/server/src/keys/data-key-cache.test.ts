import { DataKey } from "@portafilter/envelope";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDataKeyCache } from "./data-key-cache.ts";
import { keyClientDefaults } from "./key-client.ts";

const { age } = keyClientDefaults;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A key whose bytes the test can see. */
function entry(userId: string, number: number) {
  const dekId = new Uint8Array(16).fill(number);
  const bytes = new Uint8Array(32).fill(0xc5);
  return { ref: { userId, dekId }, bytes, key: new DataKey(dekId, bytes) };
}
const zeroes = new Uint8Array(32);

describe("data keys in memory", () => {
  it("are there for their user alone", () => {
    const cache = createDataKeyCache({ keys: 10, age });
    const one = entry("ann", 1);
    cache.put(one.ref, one.key);
    expect(cache.get(one.ref)).toBe(one.key);
    expect(cache.get({ ...one.ref, userId: "bob" })).toBeUndefined();
    expect(cache.get({ ...one.ref, dekId: new Uint8Array(16) })).toBeUndefined();
  });

  it("are zeroed after five minutes, however often they were used", () => {
    expect(age).toBe(300_000);
    const cache = createDataKeyCache({ keys: 10, age });
    const one = entry("ann", 1);
    cache.put(one.ref, one.key);
    for (let minute = 1; minute < 5; minute++) {
      vi.advanceTimersByTime(60_000);
      expect(cache.get(one.ref)).toBe(one.key);
    }
    vi.advanceTimersByTime(59_999);
    expect(one.bytes).not.toEqual(zeroes);
    vi.advanceTimersByTime(1);
    // Without anybody asking for it.
    expect(one.bytes).toEqual(zeroes);
    expect(one.key.isWiped).toBe(true);
    expect(cache.get(one.ref)).toBeUndefined();
  });

  it("are bounded: what was not used for the longest time is zeroed", () => {
    const cache = createDataKeyCache({ keys: 2, age });
    const [one, two, three] = [entry("ann", 1), entry("bob", 2), entry("cid", 3)];
    cache.put(one.ref, one.key);
    cache.put(two.ref, two.key);
    cache.get(one.ref);
    cache.put(three.ref, three.key);
    expect(two.bytes).toEqual(zeroes);
    expect(cache.get(two.ref)).toBeUndefined();
    expect(cache.get(one.ref)).toBe(one.key);
    expect(cache.get(three.ref)).toBe(three.key);
  });

  it("are zeroed when their user is dropped, and only those", () => {
    const cache = createDataKeyCache({ keys: 10, age });
    const [one, two, other] = [entry("ann", 1), entry("ann", 2), entry("ann smith", 3)];
    for (const { ref, key } of [one, two, other]) cache.put(ref, key);
    cache.drop("ann");
    expect([one.bytes, two.bytes]).toEqual([zeroes, zeroes]);
    expect(cache.get(other.ref)).toBe(other.key);
  });

  it("are all zeroed at once", () => {
    const cache = createDataKeyCache({ keys: 10, age });
    const all = [entry("ann", 1), entry("bob", 2)];
    for (const { ref, key } of all) cache.put(ref, key);
    cache.dropAll();
    for (const { ref, bytes } of all) {
      expect(bytes).toEqual(zeroes);
      expect(cache.get(ref)).toBeUndefined();
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are zeroed when replaced, and the new one lives its full time", () => {
    const cache = createDataKeyCache({ keys: 10, age });
    const [old, young] = [entry("ann", 1), entry("ann", 1)];
    cache.put(old.ref, old.key);
    vi.advanceTimersByTime(age - 1);
    cache.put(young.ref, young.key);
    expect(old.bytes).toEqual(zeroes);
    vi.advanceTimersByTime(age - 1);
    expect(cache.get(young.ref)).toBe(young.key);
  });
});
