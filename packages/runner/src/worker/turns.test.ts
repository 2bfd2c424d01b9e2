import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTurns, type Schedule, type Turns } from "./turns.ts";

let turns: Turns;
let schedule: Schedule;
let ran: string[];
const note = (name: string) => () => ran.push(name);

beforeEach(() => {
  vi.useFakeTimers();
  ran = [];
  turns = createTurns();
  schedule = turns.through((callback, delay = 0) => {
    setTimeout(callback, delay);
  });
});
afterEach(() => {
  vi.useRealTimers();
});

test("callbacks run in the order in which they are due", () => {
  schedule(note("later"), 20);
  schedule(note("a"));
  schedule(note("b"), 0);
  vi.advanceTimersByTime(0);
  expect(ran).toEqual(["a", "b"]);
  vi.advanceTimersByTime(20);
  expect(ran).toEqual(["a", "b", "later"]);
});

test("an answer goes before what the loop has to do, which then keeps its order", () => {
  schedule(note("a"));
  schedule(note("b"));
  const goOn = turns.hold();
  schedule(note("timer"), 3);
  vi.advanceTimersByTime(5);
  expect(ran).toEqual([]);
  schedule(note("c"));
  ran.push("answer");
  goOn();
  schedule(note("d"));
  vi.runAllTimers();
  expect(ran).toEqual(["answer", "a", "b", "timer", "c", "d"]);
});

test("no answer holds the loop for longer than a moment, and a late one changes nothing", () => {
  const first = turns.hold();
  schedule(note("a"));
  vi.advanceTimersByTime(100);
  expect(ran).toEqual(["a"]);
  const second = turns.hold();
  first();
  schedule(note("b"));
  vi.advanceTimersByTime(0);
  expect(ran).toEqual(["a"]);
  second();
  vi.runAllTimers();
  expect(ran).toEqual(["a", "b"]);
});

test("of two questions at once, the loop waits for both answers", () => {
  const [first, second] = [turns.hold(), turns.hold()];
  schedule(note("a"));
  first();
  vi.advanceTimersByTime(1);
  expect(ran).toEqual([]);
  second();
  vi.runAllTimers();
  expect(ran).toEqual(["a"]);
});

test("a callback that throws takes no other with it", () => {
  schedule(() => {
    throw new Error("its own");
  });
  schedule(note("b"));
  expect(() => vi.runAllTimers()).toThrow("its own");
  vi.runAllTimers();
  expect(ran).toEqual(["b"]);
});
