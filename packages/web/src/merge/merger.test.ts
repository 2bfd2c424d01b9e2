import type { api } from "@portafilter/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { createMerger } from "./merger.ts";

const moved = (...names: string[]): api.MergeAnswer => ({ moved: names, same: [], replaced: [] });

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A merger whose attempts end as they are told to, in order; then there is nothing left. */
function setUp(...results: (api.MergeAnswer | Error | null)[]) {
  const world = { signedIn: true };
  const merge = vi.fn(() => {
    const result = results.shift() ?? null;
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  });
  const onMoved = vi.fn();
  const user = () => (world.signedIn ? "ada" : null);
  const merger = createMerger({ merge, user, onMoved });
  return { merger, merge, onMoved, world };
}
const down = () => new ApiError("unreachable");

test("moves until nothing is left, tells what moved, and that open questions have another answer", async () => {
  const { merger, merge, onMoved } = setUp(moved("A"), moved("B"));
  await merger.begin(Promise.resolve());
  expect(merge).toHaveBeenCalledTimes(3);
  expect(merger.get()).toMatchObject({ outcome: moved("A", "B"), problem: null });
  expect(onMoved).toHaveBeenCalledOnce();
  merger.close();
  expect(merger.get().outcome).toBeNull();
});

test("a tab that holds nothing says nothing", async () => {
  const { merger, onMoved } = setUp();
  await merger.begin(Promise.resolve());
  expect(merger.get()).toMatchObject({ outcome: null, problem: null });
  expect(onMoved).not.toHaveBeenCalled();
});

test("a failure is tried again after longer and longer; some failures are told", async () => {
  const { merger, merge } = setUp(down(), down(), down(), down(), moved("A"));
  await merger.begin(Promise.resolve());
  expect(merger.get().problem).toBeNull();
  await vi.advanceTimersByTimeAsync(1_000 + 2_000);
  expect(merger.get().problem).toBeNull();
  await vi.advanceTimersByTimeAsync(3_999);
  expect(merge).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(1);
  expect(merger.get().problem).toBe("unreachable");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(merger.get()).toMatchObject({ outcome: moved("A"), problem: null });
});

test("however long a server was away, what waits moves within ten seconds of its return", async () => {
  let away = true;
  const merge = vi.fn(() => (away ? Promise.reject(down()) : Promise.resolve(null)));
  const ports = { user: () => "ada", onMoved: () => undefined };
  const merger = createMerger({ merge, ...ports });
  await merger.begin(Promise.resolve());
  await vi.advanceTimersByTimeAsync(30 * 60_000);
  away = false;
  const before = merge.mock.calls.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(merge).toHaveBeenCalledTimes(before + 1);
  expect(merger.get().problem).toBeNull();
});

test("a server that says when to come back is not asked before", async () => {
  const { merger, merge } = setUp(new ApiError("rate_limited", { retryAfter: 60 }), moved("A"));
  await merger.begin(Promise.resolve());
  await vi.advanceTimersByTimeAsync(59_999);
  expect(merge).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(merger.get().outcome).toEqual(moved("A"));
});

test("a return to the page tries at once", async () => {
  const { merger, merge } = setUp(down(), moved("A"));
  await merger.begin(Promise.resolve());
  merger.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(merger.get().outcome).toEqual(moved("A"));
  merger.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(merge).toHaveBeenCalledTimes(3);
});

test("what cannot pass by itself is told at once, and tried again only when the visitor is back", async () => {
  const full = () => new ApiError("secret_limit");
  const { merger, merge } = setUp(full(), full(), moved("A"));
  await merger.begin(Promise.resolve());
  expect(merger.get()).toEqual({ outcome: null, problem: "secret_limit", passes: false });
  merger.resume();
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(merge).toHaveBeenCalledTimes(1);
  merger.retry();
  await vi.advanceTimersByTimeAsync(24 * 3_600_000);
  expect(merge).toHaveBeenCalledTimes(2);
  merger.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(merger.get()).toEqual({ outcome: moved("A"), problem: null, passes: true });
});

test("a problem whose message was closed is not told again, another one is", async () => {
  const { merger } = setUp(...Array.from({ length: 9 }, down), new ApiError("secret_limit"));
  await merger.begin(Promise.resolve());
  await vi.advanceTimersByTimeAsync(12_000);
  expect(merger.get().problem).toBe("unreachable");
  merger.close();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(merger.get().problem).toBeNull();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(merger.get().problem).toBe("secret_limit");
});

test("a server that is there again is asked at once", async () => {
  const { merger } = setUp(down(), moved("A"));
  await merger.begin(Promise.resolve());
  merger.resume();
  await vi.advanceTimersByTimeAsync(0);
  expect(merger.get().outcome).toEqual(moved("A"));
});

test("who waits for the first attempt waits until it ended, not for the ones after a failure", async () => {
  const late = Promise.withResolvers<api.MergeAnswer | null>();
  const merger = createMerger({
    merge: () => late.promise,
    user: () => "ada",
    onMoved: () => undefined,
  });
  void merger.begin(Promise.resolve());
  let settled = false;
  void merger.settled().then(() => {
    settled = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(settled).toBe(false);
  late.reject(down());
  await vi.advanceTimersByTimeAsync(0);
  expect(settled).toBe(true);
});

test("nothing is sent once nobody is signed in", async () => {
  const { merger, merge, world } = setUp(down(), moved("A"));
  await merger.begin(Promise.resolve());
  world.signedIn = false;
  merger.end();
  await vi.advanceTimersByTimeAsync(600_000);
  merger.retry();
  expect(merge).toHaveBeenCalledOnce();
});

test("what a sign-in moved is not told after it ended, and the next one moves its own", async () => {
  const late = Promise.withResolvers<api.MergeAnswer | null>();
  const answers = [late.promise, Promise.resolve(moved("B"))];
  const world = { user: "ada" };
  const merge = vi.fn<(user: string) => Promise<api.MergeAnswer | null>>();
  merge.mockImplementation(() => answers.shift() ?? Promise.resolve(null));
  const merger = createMerger({
    merge,
    user: () => world.user,
    onMoved: () => undefined,
  });
  void merger.begin(Promise.resolve());
  await vi.advanceTimersByTimeAsync(0);
  merger.end();
  world.user = "bob";
  const next = merger.begin(Promise.resolve());
  late.resolve(moved("A"));
  await next;
  expect(merger.get().outcome).toEqual(moved("B"));
  expect(merge.mock.calls).toEqual([["ada"], ["bob"], ["bob"]]);
});
