import { expect, test } from "vitest";
import { reasonOf } from "./requirements.ts";

const traceback = (...exceptions: string[]) =>
  exceptions
    .map(
      (text) => `Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n${text}\n`,
    )
    .join("\nThe above exception was the direct cause of the following exception:\n\n");

test.each([
  [
    traceback(
      "ValueError: Can't find a pure Python 3 wheel for 'x'.\nSee: https://example.org\nYou can use `await`",
    ),
    "Can't find a pure Python 3 wheel for 'x'.",
  ],
  [
    traceback(
      "ValueError: Requested 'a==1', but a==2 is already installed. If you want to reinstall",
    ),
    "Requested 'a==1', but a==2 is already installed.",
  ],
  [
    traceback(
      "a.b.ParserError: Expected end\n    x !!\n      ^",
      "a.b.InvalidRequirement: Expected end\n    x !!\n      ^",
    ),
    "Expected end\n    x !!\n      ^",
  ],
  [traceback("KeyError: 'a'"), "'a'"],
  ["not a traceback", "not a traceback"],
  ["", ""],
])("what is left of %j is the reason alone", (text, reason) => {
  expect(reasonOf(new Error(text))).toBe(reason);
});
