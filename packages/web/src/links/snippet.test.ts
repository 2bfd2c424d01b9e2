import { expect, test } from "vitest";
import { holdsForOneRun, type Snippet } from "./snippet.ts";

const wheel = "https://example.org/helper-1.0-py3-none-any.whl";
const snippet = (code: string, requirements = ""): Snippet => ({
  type: "streamlit",
  code,
  requirements,
});

test.each([
  [snippet("print()"), false],
  [snippet("print()", "helper\nother==1"), false],
  [snippet("print()", `${wheel}#sha256=${"0".repeat(64)}`), false],
  [snippet("https://example.org/app.py"), true],
  [snippet("print()", `helper\n${wheel}`), true],
])("attack A11: %j holds for one run: %j", (app, expected) => {
  expect(holdsForOneRun(app)).toBe(expected);
});
