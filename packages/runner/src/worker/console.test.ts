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
