import type { FrameMessage } from "@portafilter/protocol";
import { parseFrameMessage } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { NoCode } from "./code.ts";
import { createProgress } from "./progress.ts";

function progress() {
  const posted: FrameMessage[] = [];
  return { posted, ...createProgress((message) => posted.push(message)) };
}

test("each phase has its part of the whole, and what is said fits into a message", () => {
  const { report, posted } = progress();
  report("runtime", "Python", 0.5);
  report("packages", "a".repeat(300), 7);
  report("starting");
  report("ready");
  const done = posted.map((message) => (message.type === "app.progress" ? message.done : -1));
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(done.at(-1)).toBe(1);
  for (const message of posted) expect(parseFrameMessage(message)).toEqual(message);
});

test("the phase that was reported last is the one that failed, with the end of a long reason", () => {
  const { report, fail, posted } = progress();
  report("packages");
  fail(new Error(`${"a".repeat(100_000)} the reason`));
  expect(posted.at(-1)).toMatchObject({ type: "app.failed", phase: "packages" });
  expect(posted.at(-1)).toMatchObject({ message: expect.stringMatching(/the reason$/) as string });
  for (const message of posted) expect(parseFrameMessage(message)).toEqual(message);
});

test("a running app that loads a package and then breaks has stopped, and did load once", () => {
  const { report, fail, posted } = progress();
  report("ready");
  report("packages", "pandas", 0.5);
  expect(posted).toHaveLength(1);
  fail("the interpreter is broken");
  expect(posted.at(-1)).toEqual({
    v: 1,
    type: "app.failed",
    phase: "ready",
    message: "the interpreter is broken",
  });
});

test("code that its address did not give is no failure of the runtime", () => {
  const { fail, posted } = progress();
  fail(new NoCode("https://example.test/app.py answered with status 404."));
  expect(posted.at(-1)).toMatchObject({ type: "app.failed", phase: "code" });
  for (const message of posted) expect(parseFrameMessage(message)).toEqual(message);
});
