import { expect, test } from "vitest";
import { agoInWords, waitInWords } from "./time.ts";

const now = Date.parse("2026-11-25T12:00:00Z");

test.each([
  [0, "just now"],
  [-59, "just now"],
  [-60, "1 minute ago"],
  [-179, "2 minutes ago"],
  [-3_600, "1 hour ago"],
  [-86_400, "yesterday"],
  [-6 * 86_400, "6 days ago"],
  [-14 * 86_400, "2 weeks ago"],
  [-90 * 86_400, "3 months ago"],
  [-800 * 86_400, "2 years ago"],
  [7_200, "in 2 hours"],
])("%i seconds from now", (seconds, words) => {
  expect(agoInWords(new Date(now + seconds * 1_000).toISOString(), now)).toBe(words);
});

test.each([
  [0, "1 second"],
  [1, "1 second"],
  [59.2, "60 seconds"],
  [60, "1 minute"],
  [61, "2 minutes"],
  [900, "15 minutes"],
  [86_400, "24 hours"],
])("a wait of %d seconds", (seconds, words) => {
  expect(waitInWords(seconds)).toBe(words);
});
