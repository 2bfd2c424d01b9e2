import { createHash } from "node:crypto";
import { recordLimits } from "@portafilter/envelope";
import { limits } from "@portafilter/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Contents, digestOf, formatContents, parseContents } from "./contents.ts";
import { newSecretId, secretIdOf } from "./token.ts";

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(secretIdOf);
const entry = fc
  .tuple(
    fc.integer({ min: 1, max: 0xffff_ffff }),
    fc.nat({ max: 99 }),
    fc.string({ unit: fc.constantFrom("0", "1", "9", "a", "f"), minLength: 64, maxLength: 64 }),
  )
  .map(([latest, kept, digest]) => ({ latest, oldest: Math.max(1, latest - kept), digest }));
const contents: fc.Arbitrary<Contents> = fc
  .array(fc.tuple(id, entry), { maxLength: 50 })
  .map((entries) => new Map(entries));

describe("the list of the version head", () => {
  test("is read as it was written, in whatever order it was filled", () => {
    fc.assert(
      fc.property(contents, (list) => {
        const bytes = formatContents(list);
        expect(parseContents(bytes)).toEqual(list);
        expect(formatContents(new Map([...list].reverse()))).toEqual(bytes);
      }),
    );
  });

  test("has one form: what is read and written again is what was read", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), contents.map(formatContents)), (bytes) => {
        const list = parseContents(bytes);
        if (list !== null) expect([...formatContents(list)]).toEqual([...bytes]);
      }),
    );
  });

  test("is refused when it is cut, longer, in another format or order, or has one secret twice", () => {
    const list = new Map([
      [newSecretId(), { latest: 2, oldest: 1, digest: "00".repeat(32) }],
      [newSecretId(), { latest: 9, oldest: 9, digest: "01".repeat(32) }],
    ]);
    const bytes = formatContents(list);
    for (let length = 0; length < bytes.length; length++) {
      if (length !== 1 && length !== 57)
        expect(parseContents(bytes.subarray(0, length))).toBeNull();
    }
    const [first, second] = [bytes.subarray(1, 57), bytes.subarray(57)];
    for (const wrong of [
      [...bytes, 0],
      [2, ...first, ...second],
      [1, ...second, ...first],
      [1, ...first, ...first],
      [1, ...first.subarray(0, 16), 0, 0, 0, 1, 0, 0, 0, 2, ...first.subarray(24)],
      [1, ...first.subarray(0, 20), 0, 0, 0, 0, ...first.subarray(24)],
    ]) {
      expect(parseContents(Uint8Array.from(wrong))).toBeNull();
    }
  });

  test("fits one record for as many secrets as a user may have", () => {
    const most = Array.from(
      { length: limits.secretsPerUser },
      () => [newSecretId(), { latest: 1, oldest: 1, digest: "00".repeat(32) }] as const,
    );
    expect(formatContents(new Map(most)).length).toBeLessThanOrEqual(recordLimits.maxValue);
  });

  test.for([
    ["an id that is none", "contents", 1, 1, 32],
    ["a version of 0", newSecretId(), 0, 0, 32],
    ["versions that end before they begin", newSecretId(), 1, 2, 32],
    ["a version that is no whole number", newSecretId(), 1.5, 1, 32],
    ["a digest of another length", newSecretId(), 1, 1, 31],
  ] as const)("never holds %s", ([, secretId, latest, oldest, length]) => {
    const list = new Map([[secretId, { latest, oldest, digest: "00".repeat(length) }]]);
    expect(() => formatContents(list)).toThrow(RangeError);
  });
});

describe("the digest of a secret", () => {
  const grant = fc.record({
    app: fc.string({ unit: "grapheme-ascii", minLength: 1 }),
    until: fc.option(fc.nat()),
    loads: fc.option(fc.string({ unit: fc.constantFrom("1", " ", "a") })),
  });
  const secret = fc.record({
    name: fc.string(),
    salt: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    grants: fc.uniqueArray(grant, { selector: ({ app }) => app, maxLength: 5 }),
  });

  test("is another one for another name, record, app or end, and the same in any order", () => {
    fc.assert(
      fc.property(secret, secret, (a, b) => {
        const form = ({ name, salt, grants }: typeof a) =>
          JSON.stringify([name, [...salt], grants.toSorted((x, y) => (x.app < y.app ? -1 : 1))]);
        expect(digestOf(a) === digestOf(b)).toBe(form(a) === form(b));
        expect(digestOf({ ...a, grants: a.grants.toReversed() })).toEqual(digestOf(a));
      }),
    );
  });

  test("of grants from before there were packages is what it was", () => {
    const salt = new Uint8Array(32).fill(7);
    const grants = [
      { app: "a", until: null, loads: null },
      { app: "b", until: 12, loads: null },
    ];
    const fields = ["KEY", salt, "a", "", "b", "12"].map((one) => Buffer.from(one));
    const framed = fields.flatMap((one) => [Buffer.from([0, 0, 0, one.length]), one]);
    const expected = createHash("sha256").update(Buffer.concat(framed)).digest("hex");
    expect(digestOf({ name: "KEY", salt, grants })).toBe(expected);
  });

  test("tells fields apart that only differ in where they end", () => {
    const salt = new Uint8Array(32);
    const digest = (...grants: { app: string; until: number | null; loads?: string }[]) =>
      digestOf({ name: "N", salt, grants: grants.map((one) => ({ loads: null, ...one })) });
    const all = [
      digest({ app: "a", until: 11 }),
      digest({ app: "a1", until: 1 }),
      digest({ app: "a", until: null }),
      digest({ app: "a", until: 1, loads: "1" }),
      digest({ app: "a", until: null, loads: "" }),
      digest({ app: "a", until: null, loads: "11" }),
      digest({ app: "a", until: null }, { app: "b", until: null }),
      digest(),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
