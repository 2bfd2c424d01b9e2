import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseStrictJson } from "./json-text.ts";

describe("D9: JSON that means two things, or breaks what reads it", () => {
  test.for([
    ["a key twice", '{"a":1,"a":2}'],
    ["a key twice, spelled differently", '{"a":1,"\\u0061":2}'],
    ["a key twice, deep inside", '[{"x":[{"a":1,"b":2,"a":3}]}]'],
    ["a key twice, around an object", '{"a":{"b":1},"a":2}'],
    ["a key twice, around an array", '{"a":[1,2,"a"],"a":2}'],
    ["the prototype", '{"__proto__":{"role":"admin"}}'],
    ["the prototype, spelled differently", '{"__pro\\u0074o__":1}'],
    ["the prototype, deep inside", '{"a":[{"__proto__":1}]}'],
    ["half a character", '{"a":"\\ud800"}'],
    ["half a character in a key", '{"\\udc00":1}'],
    ["a byte order mark", '\ufeff{"a":1}'],
    ["something behind it", '{"a":1}}'],
    ["nothing", ""],
    ["a comment", '{"a":1/**/}'],
    ["a single quote", "{'a':1}"],
    ["NaN", '{"a":NaN}'],
    ["a line break in a text", '{"a":"\n"}'],
    ["100,000 levels of arrays", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["100,000 levels of objects", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["17 levels", `${"[".repeat(17)}${"]".repeat(17)}`],
  ])("%s is refused", ([, text = ""]) => {
    expect(parseStrictJson(text)).toBeUndefined();
  });

  test.for([
    ["the same key in two objects", '[{"a":1},{"a":2}]'],
    ["the same key inside and outside", '{"a":{"a":{"a":1}}}'],
    ["a text like a key", '{"a":"a","b":["a","a"]}'],
    ["brackets and quotes in texts", '{"a\\"{":"}]\\\\","b":"[{\\"a\\":1,\\"a\\":2}]"}'],
    ["whole characters beyond the plane", '{"a":"\\ud83d\\ude00😀"}'],
    ["constructor, which is a key like others", '{"constructor":{"prototype":{}}}'],
    ["16 levels", `${"[".repeat(16)}${"]".repeat(16)}`],
  ])("%s is not", ([, text = ""]) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  test("what JSON.stringify writes is read as it is", () => {
    const value = fc.jsonValue({ maxDepth: 10 });
    fc.assert(
      fc.property(value, fc.nat(2), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        const isPlain = !text.includes('"__proto__"') && /\\ud[89a-f]/.exec(text) === null;
        if (isPlain) expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test("whatever it is given, it is what JSON.parse says or nothing, and never throws", () => {
    const pieces = fc.constantFrom(...'{}[],:"\\ u0061ad8t1e-n\n'.split(""), '"a"', "\\u0061");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        const value = parseStrictJson(text);
        if (value !== undefined) expect(value).toEqual(JSON.parse(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test("a long text of escapes is read in time that grows with its length", () => {
    const text = JSON.stringify({ a: '"\\'.repeat(500_000) });
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});
