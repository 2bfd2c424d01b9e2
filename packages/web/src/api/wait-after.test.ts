import { afterEach, expect, test, vi } from "vitest";
import { waitAfter } from "./wait-after.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("longer and longer, but a server that is back never waits for ten seconds", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  expect([1, 2, 3, 4, 5_000].map(waitAfter)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("differs from page to page", () => {
  const random = vi.spyOn(Math, "random");
  const extremes = [0, 1 - Number.EPSILON].map((chance) => {
    random.mockReturnValue(chance);
    return Math.round(waitAfter(9));
  });
  expect(extremes).toEqual([3_750, 6_250]);
});
