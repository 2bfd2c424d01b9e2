import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createBuckets } from "./buckets.ts";

test("burst at once, then one after each wait", () => {
  let now = 1000;
  const { take } = createBuckets(() => now);
  const rate = { perSecond: 2, burst: 3 };
  expect([take("a", rate), take("a", rate), take("a", rate)]).toEqual([0, 0, 0]);
  expect(take("a", rate)).toBeCloseTo(0.5);
  expect(take("b", rate)).toBe(0);
  now += 0.5;
  expect([take("a", rate) === 0, take("a", rate) === 0]).toEqual([true, false]);
  now += 3600;
  expect([1, 2, 3, 4].map(() => take("a", rate) === 0)).toEqual([true, true, true, false]);
});

test("in no span does more go through than the burst and what the span allows", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      (pauses, burst, perSecond) => {
        let now = 0;
        const { take } = createBuckets(() => now);
        const through: number[] = [];
        for (const pause of pauses) {
          now += pause;
          if (take("a", { perSecond, burst }) === 0) through.push(now);
        }
        for (const [from, start] of through.entries()) {
          for (const [to, end] of through.entries()) {
            if (to < from) continue;
            expect(to - from + 1).toBeLessThanOrEqual(burst + (end - start) * perSecond + 1e-6);
          }
        }
      },
    ),
    { numRuns: 50 },
  );
});

test("does not grow without end", () => {
  const { take } = createBuckets(() => 0);
  const rate = { perSecond: 1, burst: 1 };
  for (let n = 0; n < 100_001; n += 1) take(`${n}`, rate);
  // The first was forgotten, the last is remembered.
  expect(take("0", rate)).toBe(0);
  expect(take("100000", rate)).toBeGreaterThan(0);
});
