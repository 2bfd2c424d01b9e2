import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { bytesOfValue, textOfValue } from "./value.ts";

function codeOf(value: string): string {
  try {
    bytesOfValue(value).fill(0);
    return "taken";
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

test("a value comes back as it was, character by character, and its bytes are wiped", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (value) => {
      const bytes = bytesOfValue(value);
      expect(textOfValue(bytes)).toBe(value);
      expect(bytes.every((byte) => byte === 0)).toBe(true);
    }),
  );
  for (const value of ["\uFEFFsk-1", "\u0000", "e\u0301", "\r\n", " ", "🦜"]) {
    expect(textOfValue(bytesOfValue(value))).toBe(value);
  }
});

test.for([
  ["nothing", "", "value_too_long"],
  ["64 KiB", "x".repeat(65_536), "taken"],
  ["a byte more", "x".repeat(65_537), "value_too_long"],
  ["64 KiB of characters of four bytes", "🦜".repeat(16_384), "taken"],
  ["one such character more", "🦜".repeat(16_385), "value_too_long"],
  ["64 KiB of characters, each of three bytes", "€".repeat(65_536), "value_too_long"],
  ["half a character", "sk-\uD83E", "bad_request"],
] as const)("%s", ([, value, code]) => {
  expect(codeOf(value)).toBe(code);
});
