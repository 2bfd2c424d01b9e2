import type { FrameMessage } from "@portafilter/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createConsole } from "./console.ts";

let sent: { stream: string; text: string }[] = [];
const post = (message: FrameMessage) => {
  if (message.type === "app.console") sent.push({ stream: message.stream, text: message.text });
};

beforeEach(() => {
  sent = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("lines that come together go out together, in order, streams apart", () => {
  const output = createConsole(post);
  output.write("stdout", "first");
  output.write("stdout", "a");
  output.write("stdout", "b");
  output.write("stderr", "oops");
  vi.runAllTimers();
  expect(sent).toEqual([
    { stream: "stdout", text: "first\na\nb\n" },
    { stream: "stderr", text: "oops\n" },
  ]);
});

test("a program that prints in a loop sends few messages", () => {
  const output = createConsole(post);
  for (let line = 0; line < 10_000; line++) output.write("stdout", `line ${line}`);
  vi.runAllTimers();
  expect(sent.length).toBeLessThan(20);
  expect(
    sent
      .map(({ text }) => text)
      .join("")
      .split("\n"),
  ).toHaveLength(10_001);
});

test("a loop that prints more than anybody can read is cut, which is said once it is over", () => {
  const output = createConsole(post);
  const line = "x".repeat(9_999);
  for (let count = 0; count < 5_000; count++) output.write("stdout", line);
  vi.runAllTimers();
  const printed = sent.filter(({ stream }) => stream === "stdout");
  expect(printed.map(({ text }) => text).join("")).toHaveLength(1_000_000);
  expect(sent.at(-1)).toEqual({
    stream: "system",
    text: "4900 lines were left out: the app printed faster than can be shown.\n",
  });
});

test("the next second has room again, and what was left out is said before it", () => {
  const output = createConsole(post);
  for (let count = 0; count < 101; count++) output.write("stdout", "x".repeat(9_999));
  // Python blocked the worker meanwhile: no timer has run.
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 1_001);
  output.write("stdout", "after");
  const note = "1 line was left out: the app printed faster than can be shown.\n";
  expect(sent.at(-1)).toEqual({ stream: "system", text: note });
  vi.runAllTimers();
  expect(sent.at(-1)).toEqual({ stream: "stdout", text: "after\n" });
  vi.restoreAllMocks();
});
