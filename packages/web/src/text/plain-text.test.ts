import { expect, test } from "vitest";
import { plainLine, plainText } from "./plain-text.ts";

test.each([
  ["a right-to-left override", "safe\u202Etxt.exe", "safetxt.exe"],
  ["isolates and marks", "a\u2066b\u2069c\u200Ed\u200Fe\u061Cf", "abcdef"],
  ["zero width space and joiner of words", "al\u200Blow\u2060ed\uFEFF", "allowed"],
  ["soft hyphens", "pass\u00ADword", "password"],
  ["invisible tags", "hi\u{E0041}\u{E007F}", "hi"],
  ["Hangul fillers", "a\u3164b\uFFA0c\u115F", "abc"],
  ["controls", "a\u0000b\u0008c\u009Bd\u007F", "abcd"],
  ["half a surrogate pair", "a\uD800b", "a\uFFFDb"],
  ["terminal colours", "\u001B[1;31mred\u001B[0m", "red"],
  ["a terminal's link", "\u001B]8;;https://evil.example\u0007text\u001B]8;;\u0007", "text"],
  ["line separators", "a\r\nb\rc\u2028d\u2029e\u0085f", "a\nb\nc\nd\ne\nf"],
  ["a pile of marks", `a${"\u0301".repeat(200)}b`, `a${"\u0301".repeat(4)}b`],
])("takes out %s", (_what, given, expected) => {
  expect(plainText(given)).toBe(expected);
});

test.each([
  "naïve café, Ελληνικά, русский, 日本語, עברית",
  "नमस्ते می‌خواهم",
  "👩‍👩‍👧 family",
  "tab\tand\nline",
])("leaves %j alone", (text) => {
  expect(plainText(text)).toBe(text);
});

test("a line has no line ends", () => {
  expect(plainLine("  a\n\n b\t c ")).toBe("a b c");
});
