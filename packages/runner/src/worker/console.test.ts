import { budgets, consoleMessageCost, type FrameMessage } from "@portafilter/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createConsole } from "./console.ts";

const { perSecond } = budgets["app.console"];
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
  const characters = printed.map(({ text }) => text).join("").length;
  expect(characters).toBeGreaterThan(perSecond * 0.9);
  expect(sent.reduce((sum, { text }) => sum + text.length + consoleMessageCost, 0)).toBeLessThan(
    budgets["app.console"].atOnce,
  );
  expect(sent.at(-1)).toEqual({
    stream: "system",
    text: `${5_000 - characters / 10_000} lines were left out: the app printed faster than can be shown.\n`,
  });
});

test("a loop that prints to both streams in turn sends no more than the host page takes", () => {
  const output = createConsole(post);
  for (let line = 0; line < 5_000; line++) output.write(line % 2 ? "stdout" : "stderr", "a line");
  vi.runAllTimers();
  expect(sent.length).toBeGreaterThan(500);
  expect(sent.length * consoleMessageCost).toBeLessThan(perSecond * 1.01);
  expect(sent.at(-1)?.text).toMatch(/lines were left out/);
});

test("the next second has room again, and what was left out is said before it", () => {
  const output = createConsole(post);
  // The last one would fit, were it not for what each message costs.
  for (let count = 0; count < 11; count++) output.write("stdout", "x".repeat(perSecond / 11 - 1));
  // Python blocked the worker meanwhile: no timer has run.
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 1_001);
  output.write("stdout", "after");
  const note = "1 line was left out: the app printed faster than can be shown.\n";
  expect(sent.at(-1)).toEqual({ stream: "system", text: note });
  vi.runAllTimers();
  expect(sent.at(-1)).toEqual({ stream: "stdout", text: "after\n" });
  vi.restoreAllMocks();
});
