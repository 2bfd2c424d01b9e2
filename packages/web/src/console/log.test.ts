import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createConsoleLog, logLimits } from "./log.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("entries arrive in order, and listeners hear of many at once", () => {
  const log = createConsoleLog();
  const listener = vi.fn();
  log.subscribe(listener);
  log.add("stdout", "one");
  log.add("stderr", "two");
  expect(log.getEntries()).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(listener).toHaveBeenCalledTimes(1);
  expect(log.getEntries()).toEqual([
    { key: 1, stream: "stdout", text: "one" },
    { key: 2, stream: "stderr", text: "two" },
  ]);
});

test("only the newest entries stay", () => {
  const log = createConsoleLog();
  for (let i = 0; i < 3 * logLimits.entries; i++) log.add("stdout", `${i}`);
  vi.advanceTimersByTime(100);
  expect(log.getEntries()).toHaveLength(logLimits.entries);
  expect(log.getEntries().at(-1)?.text).toBe(`${3 * logLimits.entries - 1}`);
});

test("the text of all entries is bounded, too", () => {
  const log = createConsoleLog();
  for (let i = 0; i < 200; i++) log.add("stdout", "x".repeat(64 * 1024));
  vi.advanceTimersByTime(100);
  const total = log.getEntries().reduce((sum, entry) => sum + entry.text.length, 0);
  expect(total).toBeLessThanOrEqual(logLimits.characters);
  expect(total).toBeGreaterThan(logLimits.characters / 2);
});

test("clearing empties it at once", () => {
  const log = createConsoleLog();
  log.add("stdout", "one");
  log.clear();
  expect(log.getEntries()).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(log.getEntries()).toEqual([]);
});

test("text is made plain", () => {
  const log = createConsoleLog();
  log.add("stderr", "\u001B[31mred\u202E\u001B[0m");
  vi.advanceTimersByTime(100);
  expect(log.getEntries()[0]?.text).toBe("red");
});
