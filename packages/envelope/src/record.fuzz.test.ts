import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDek, encrypt, formatRecord, parseRecord, recordLimits } from "./index.ts";

const context = { userId: "u", secretId: "s", secretName: "N", secretVersion: 1 };
const header = [0x50, 0x46, 0x53, 0x52, 1, 1];
const numRuns = 5_000;

/** Parsing gives null or parts that make exactly the same bytes again, and never throws. */
function holds(bytes: Uint8Array): boolean {
  const record = parseRecord(bytes);
  return record === null || Buffer.compare(formatRecord(record) ?? new Uint8Array(), bytes) === 0;
}

describe("the parser", () => {
  it("is total on any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), holds), { numRuns });
  });

  it("is total on bytes that begin as a record does", () => {
    const lookAlike = fc
      .uint8Array({ maxLength: 400 })
      .map((rest) => Uint8Array.of(...header, ...rest));
    fc.assert(fc.property(lookAlike, holds), { numRuns });
  });

  it("is total on records that were damaged in any number of places", () => {
    const sound = encrypt(createDek(), context, new Uint8Array(40));
    const damage = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 8 });
    const damaged = fc.tuple(damage, fc.nat(sound.length)).map(([places, length]) => {
      const bytes = Uint8Array.from(sound);
      for (const [at, byte] of places) bytes[at] = byte;
      return bytes.subarray(0, length);
    });
    fc.assert(fc.property(damaged, holds), { numRuns });
  });

  const { overhead } = recordLimits;
  it.each([
    [0, false],
    [5, false],
    [overhead, false],
    [overhead + 1, true],
    [overhead + 65_536, true],
    [overhead + 65_537, false],
    [64 * 1024 * 1024, false],
  ])("takes %i bytes: %s", (length, isTaken) => {
    const bytes = new Uint8Array(length);
    if (length > header.length) bytes.set(header);
    expect(parseRecord(bytes) !== null).toBe(isTaken);
  });
});

describe("format", () => {
  const record = parseRecord(encrypt(createDek(), context, new Uint8Array(40)));
  const fields = ["dekId", "salt", "commitment", "iv", "tag"] as const;
  it.each(fields)("refuses a %s that is a byte too short or too long", (field) => {
    if (record === null) throw new Error("a sound record must parse");
    for (const change of [-1, 1]) {
      const wrong = new Uint8Array(record[field].length + change);
      expect(formatRecord({ ...record, [field]: wrong })).toBeNull();
    }
  });

  it.each([0, 65_537])("refuses a ciphertext of %i bytes", (length) => {
    if (record === null) throw new Error("a sound record must parse");
    expect(formatRecord({ ...record, ciphertext: new Uint8Array(length) })).toBeNull();
  });
});
