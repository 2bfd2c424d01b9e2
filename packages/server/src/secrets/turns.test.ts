import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTurns } from "./turns.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that is under way until it is told to end. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { run: vi.fn(() => promise), end: resolve, fail: reject };
}
const settled = () => vi.advanceTimersByTimeAsync(0);

test("a user's work is done one piece after another, in its order, and other users' meanwhile", async () => {
  const inTurn = createTurns({ waiting: 2, patience: 5_000 });
  const [first, second, third, other] = [work(), work(), work(), work()];
  const done = [first, second, third].map((one) => inTurn("ada", one.run));
  const bobs = inTurn("bob", other.run);
  await settled();
  expect([first, second, third, other].map(({ run }) => run.mock.calls.length)).toEqual([
    1, 0, 0, 1,
  ]);
  other.end("bob's");
  expect(await bobs).toBe("bob's");
  first.end("first");
  await settled();
  expect(second.run).toHaveBeenCalled();
  expect(third.run).not.toHaveBeenCalled();
  second.end("second");
  third.end("third");
  expect(await Promise.all(done)).toEqual(["first", "second", "third"]);
});

test("work that fails lets the next one begin", async () => {
  const inTurn = createTurns({ waiting: 2, patience: 5_000 });
  const [first, second] = [work(), work()];
  const failed = expect(inTurn("ada", first.run)).rejects.toThrow("no");
  const next = inTurn("ada", second.run);
  first.fail(new Error("no"));
  second.end("yes");
  await failed;
  expect(await next).toBe("yes");
});

test("beyond a short line it is refused at once, until there is room", async () => {
  const inTurn = createTurns({ waiting: 1, patience: 5_000 });
  const [first, second, third] = [work(), work(), work()];
  const done = [inTurn("ada", first.run), inTurn("ada", second.run)];
  await expect(inTurn("ada", third.run)).rejects.toMatchObject({ code: "rate_limited" });
  first.end("first");
  await settled();
  const later = inTurn("ada", third.run);
  second.end("second");
  third.end("third");
  expect(await Promise.all([...done, later])).toEqual(["first", "second", "third"]);
});

test("what waited too long is not done, neither then nor later", async () => {
  const inTurn = createTurns({ waiting: 2, patience: 5_000 });
  const [first, second, third] = [work(), work(), work()];
  const slow = inTurn("ada", first.run);
  const late = expect(inTurn("ada", second.run)).rejects.toMatchObject({
    code: "database_unavailable",
  });
  await vi.advanceTimersByTimeAsync(5_000);
  await late;
  const next = inTurn("ada", third.run);
  first.end("first");
  third.end("third");
  expect(await Promise.all([slow, next])).toEqual(["first", "third"]);
  expect(second.run).not.toHaveBeenCalled();
});
