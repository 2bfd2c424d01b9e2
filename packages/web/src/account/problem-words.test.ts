import { expect, test } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { PasskeyError } from "./passkey.ts";
import { wordsOf } from "./problem-words.ts";

test.each([
  [new ApiError("rate_limited", { retryAfter: 90 }), "Too many attempts. Try again in 2 minutes."],
  [new ApiError("rate_limited"), "Too many attempts. Wait a little, then try again."],
  [new ApiError("unreachable"), "The server did not answer."],
  [new ApiError("outdated"), "This page is older than the server: reload it."],
  [new ApiError("internal", { id: "r-9" }), "quote r-9"],
  [new PasskeyError("cancelled"), "No passkey was used."],
  [new PasskeyError("known"), "already has a passkey"],
])("%s", (error, words) => {
  expect(wordsOf(error)).toContain(words);
});

test("of what is no refusal, nothing is repeated", () => {
  expect(wordsOf(new Error("CANARY"))).toBe("Something failed on the server.");
});
