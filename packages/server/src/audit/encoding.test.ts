import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFields, type Field } from "./encoding.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const field: fc.Arbitrary<Field> = fc.oneof(
  text,
  fc.nat(),
  fc.uint8Array({ maxLength: 20 }),
  fc.constant(null),
);
const hex = (fields: readonly Field[]) => Buffer.from(encodeFields(fields)).toString("hex");
const plain = (fields: readonly Field[]) =>
  JSON.stringify(fields.map((value) => (value instanceof Uint8Array ? { b: [...value] } : value)));

test("no two sequences of fields are the same bytes", () => {
  const fields = fc.array(field, { maxLength: 5 });
  fc.assert(
    fc.property(fields, fields, (a, b) => {
      expect(hex(a) === hex(b)).toBe(plain(a) === plain(b));
    }),
  );
});

test.for([
  [
    ["ab", "c"],
    ["a", "bc"],
  ],
  [
    ["a", null],
    ["a", ""],
  ],
  [["a"], ["a", null]],
  [[""], []],
  [["1"], [1]],
  [["a"], [new Uint8Array([97])]],
] satisfies [Field[], Field[]][])("%j is not %j", ([a, b]) => {
  expect(hex(a)).not.toBe(hex(b));
});
