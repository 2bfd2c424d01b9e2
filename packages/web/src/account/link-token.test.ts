// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { takeLinkToken } from "./link-token.ts";

test.each([
  ["#token=abc-DEF_1.2", "abc-DEF_1.2"],
  ["#token=", null],
  ["#other=x", null],
  ["", null],
])("%s", (hash, token) => {
  history.replaceState(null, "", `/reset${hash}`);
  expect(takeLinkToken()).toBe(token);
  expect(location.hash).toBe("");
  expect(location.pathname).toBe("/reset");
});
