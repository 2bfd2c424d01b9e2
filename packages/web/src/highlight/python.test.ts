import fc from "fast-check";
import { expect, test } from "vitest";
import { pythonTokens, type TokenKind } from "./python.ts";

const kinds = (source: string, kind: TokenKind) =>
  pythonTokens(source)
    .filter((token) => token.kind === kind)
    .map((token) => token.text);

test("joined, the tokens are the source", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          "'",
          '"',
          '"""',
          "\\",
          "#",
          "\n",
          " ",
          "f",
          "r",
          "0",
          "1.",
          "(",
          "_",
          "def",
        ),
      }),
      (source) => {
        const tokens = pythonTokens(source);
        expect(tokens.map((token) => token.text).join("")).toBe(source);
      },
    ),
  );
});

test("strings of every form are strings, also with comments and keywords in them", () => {
  const strings = ['"a # b"', "'it\\'s'", 'f"{x}"', "rb'\\x'", '"""def\nif"""', "''"];
  expect(kinds(strings.join(" + "), "string")).toEqual(strings);
});

test("keywords, calls, numbers and comments", () => {
  const source = "if imports: print(0x1F, 1.5)  # if";
  expect(kinds(source, "keyword")).toEqual(["if"]);
  expect(kinds(source, "name")).toEqual(["print"]);
  expect(kinds(source, "number")).toEqual(["0x1F", "1.5"]);
  expect(kinds(source, "comment")).toEqual(["# if"]);
});
