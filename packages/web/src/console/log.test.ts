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

test("only the newest lines stay, also of what came in one piece", () => {
  const log = createConsoleLog();
  const print = (from: number, to: number) => {
    let text = "";
    for (let i = from; i < to; i++) text += `${i}\n`;
    log.add("stdout", text);
  };
  const last = () => log.getEntries().at(-1)?.text;
  const lines = () => log.getEntries().flatMap(({ text }) => text.trim().split("\n"));
  print(0, 2 * logLimits.lines);
  vi.advanceTimersByTime(1_000);
  expect(lines()).toHaveLength(logLimits.lines);
  expect(lines()[0]).toBe(`${logLimits.lines}`);
  print(2 * logLimits.lines, 2 * logLimits.lines + 1);
  vi.advanceTimersByTime(1_000);
  expect(lines()).toHaveLength(logLimits.lines);
  expect(lines()[0]).toBe(`${logLimits.lines + 1}`);
  expect(last()).toBe(`${2 * logLimits.lines}\n`);
});

test("the text of all entries is bounded, too", () => {
  const log = createConsoleLog();
  for (let i = 0; i < 20; i++) log.add("stdout", "x".repeat(64 * 1024));
  vi.advanceTimersByTime(10_000);
  expect(shown(log)).toBeLessThanOrEqual(logLimits.characters);
  expect(shown(log)).toBeGreaterThan(logLimits.characters / 2);
});

test("a lot of text is shown bit by bit, and all of it", () => {
  const log = createConsoleLog();
  log.add("stdout", "x".repeat(8 * 1024));
  log.add("stdout", "y".repeat(8 * 1024));
  const steps = [1, 2, 3].map(() => {
    vi.advanceTimersByTime(100);
    return shown(log);
  });
  expect(steps).toEqual([8_192, 16_384, 16_384]);
});

test("attack A5: no entry is so long that a browser lays it out for seconds, nor are many new at once", () => {
  const log = createConsoleLog();
  const mostNew = () => {
    const before = shown(log);
    vi.advanceTimersByTime(100);
    return shown(log) - before;
  };
  // Letters that join, without a place for a break: a line of 32 KiB took Chromium nine seconds.
  for (let i = 0; i < 2; i++) log.add("stdout", "\u0628".repeat(64 * 1024));
  for (let i = 0; i < 20; i++) expect(mostNew()).toBeLessThanOrEqual(8 * 1024);
  expect(Math.max(...log.getEntries().map(({ text }) => text.length))).toBe(2_048);
});

test("long text is cut at ends of lines, and never within a character", () => {
  const log = createConsoleLog();
  const lines = "a line of some words\n".repeat(300);
  log.add("stdout", lines);
  vi.advanceTimersByTime(100);
  expect(log.getEntries().every(({ text }) => text.endsWith("words\n"))).toBe(true);
  log.clear();
  const smile = `x${"\u{1F600}".repeat(3_000)}`;
  log.add("stdout", smile);
  vi.advanceTimersByTime(1_000);
  const all = log.getEntries().map(({ text }) => text);
  expect(all.join("")).toBe(smile);
  expect(all.every((text) => text.isWellFormed())).toBe(true);
});

test("what would be pushed out before it is shown does not wait", () => {
  const log = createConsoleLog();
  for (let i = 0; i < 20; i++) log.add("stdout", "x".repeat(64 * 1024));
  log.add("stdout", "the last");
  vi.advanceTimersByTime(3_000);
  expect(log.getEntries().at(-1)?.text).toBe("the last");
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

function shown(log: ReturnType<typeof createConsoleLog>): number {
  return log.getEntries().reduce((sum, entry) => sum + entry.text.length, 0);
}
