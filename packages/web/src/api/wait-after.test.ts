import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "./api-error.ts";
import { passes, waitAfter } from "./wait-after.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("longer and longer, but a server that is back never waits for ten seconds", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  expect([1, 2, 3, 4, 5_000].map((failures) => waitAfter(failures))).toEqual([
    1_000, 2_000, 4_000, 5_000, 5_000,
  ]);
});

test("a server that fails is asked once a minute in the end; what this page cannot read, not again", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const failed = new ApiError("internal");
  expect([3, 4, 5_000].map((failures) => waitAfter(failures, failed))).toEqual([
    4_000, 8_000, 60_000,
  ]);
  expect([failed, new ApiError("outdated")].map(passes)).toEqual([true, false]);
});

test("differs from page to page", () => {
  const random = vi.spyOn(Math, "random");
  const extremes = [0, 1 - Number.EPSILON].map((chance) => {
    random.mockReturnValue(chance);
    return Math.round(waitAfter(9));
  });
  expect(extremes).toEqual([3_750, 6_250]);
});
