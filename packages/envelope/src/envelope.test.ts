import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createDek,
  DataKey,
  decrypt,
  EnvelopeError,
  encrypt,
  recordLimits,
  type SecretContext,
} from "./index.ts";

const context: SecretContext = {
  userId: "user-1",
  secretId: "secret-1",
  secretName: "API_KEY",
  secretVersion: 1,
};
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 });
const contexts = fc.record({
  userId: text,
  secretId: text,
  secretName: text,
  secretVersion: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
});
const values = fc.uint8Array({ minLength: 1, maxLength: 2000 });

describe("encrypt and decrypt", () => {
  it("round trip, for every value and context", () => {
    const dek = createDek();
    fc.assert(
      fc.property(values, contexts, (value, where) => {
        const opened = decrypt(dek, where, encrypt(dek, where, value));
        expect(Uint8Array.from(opened)).toEqual(value);
      }),
    );
  });

  it.each([1, 15, 16, 17, 4095, 4096, 65_535, 65_536])("take a value of %i bytes", (length) => {
    const dek = createDek();
    const value = new Uint8Array(length).fill(7);
    const record = encrypt(dek, context, value);
    expect(record).toHaveLength(length + recordLimits.overhead);
    expect(Uint8Array.from(decrypt(dek, context, record))).toEqual(value);
  });

  it.each([0, 65_537])("refuse a value of %i bytes", (length) => {
    expect(() => encrypt(createDek(), context, new Uint8Array(length))).toThrow(EnvelopeError);
  });

  it("leave the value to the caller, and make another record of it each time", () => {
    const dek = createDek();
    const value = Uint8Array.of(1, 2, 3);
    const records = [encrypt(dek, context, value), encrypt(dek, context, value)];
    expect(value).toEqual(Uint8Array.of(1, 2, 3));
    expect(records[0]).not.toEqual(records[1]);
  });

  it.each([
    { ...context, userId: "" },
    { ...context, secretId: "" },
    { ...context, secretName: "" },
    { ...context, secretName: "x".repeat(1025) },
    { ...context, userId: "\ud800" },
    { ...context, secretVersion: 0 },
    { ...context, secretVersion: -1 },
    { ...context, secretVersion: 1.5 },
    { ...context, secretVersion: Number.NaN },
    { ...context, secretVersion: 2 ** 53 },
  ])(
    "refuse a context that has no encoding: $userId $secretId $secretName $secretVersion",
    (bad) => {
      const dek = createDek();
      const record = encrypt(dek, context, Uint8Array.of(1));
      expect(() => encrypt(dek, bad, Uint8Array.of(1))).toThrow("the secret cannot be sealed");
      expect(() => decrypt(dek, bad, record)).toThrow("the record cannot be opened");
    },
  );
});

describe("a data key", () => {
  it("is 256 random bits under a random id", () => {
    const [one, two] = [createDek(), createDek()];
    const bytes = (dek: DataKey) => dek.lend((lent) => Uint8Array.from(lent));
    expect([one.id.length, bytes(one).length]).toEqual([16, 32]);
    expect(one.id).not.toEqual(two.id);
    expect(bytes(one)).not.toEqual(bytes(two));
  });

  it("does not change its id when a caller changes a copy", () => {
    const dek = createDek();
    const record = encrypt(dek, context, Uint8Array.of(1));
    dek.id.fill(0);
    expect(decrypt(dek, context, record)).toHaveLength(1);
  });

  it("is zeroed when wiped, and of no use from then on", () => {
    const bytes = new Uint8Array(32).fill(9);
    const dek = new DataKey(new Uint8Array(16), bytes);
    const record = encrypt(dek, context, Uint8Array.of(1));
    dek.wipe();
    dek.wipe();
    expect(dek.isWiped).toBe(true);
    expect(bytes).toEqual(new Uint8Array(32));
    expect(() => encrypt(dek, context, Uint8Array.of(1))).toThrow("was wiped");
    expect(() => decrypt(dek, context, record)).toThrow("was wiped");
  });

  it("shows its bytes to nobody who prints or copies it", () => {
    const dek = new DataKey(new Uint8Array(16), new Uint8Array(32).fill(0xab));
    const seen = [
      inspect(dek, { depth: null, showHidden: true }),
      JSON.stringify(dek),
      JSON.stringify(structuredClone(dek)),
    ].join();
    expect(seen).not.toMatch(/171|abab|ab ab/);
  });

  it.each([
    [15, 32],
    [17, 32],
    [16, 31],
    [16, 33],
    [16, 0],
  ])("is refused with an id of %i and %i bytes of key", (id, key) => {
    expect(() => new DataKey(new Uint8Array(id), new Uint8Array(key))).toThrow(RangeError);
  });
});
