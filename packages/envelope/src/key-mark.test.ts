import { expect, it } from "vitest";
import { createDek, DataKey, EnvelopeError, encrypt, isMarkOf, markOf } from "./index.ts";

const context = { userId: "ada", secretId: "s", secretName: "N", secretVersion: 1 };

it("tells the key of a record from every other, whatever id that has", () => {
  const dek = createDek();
  const mark = markOf(encrypt(dek, context, Uint8Array.of(1)));
  expect(isMarkOf(dek, mark)).toBe(true);
  expect(isMarkOf(createDek(), mark)).toBe(false);
  expect(isMarkOf(new DataKey(dek.id, new Uint8Array(32).fill(7)), mark)).toBe(false);
  expect(isMarkOf(dek, markOf(encrypt(createDek(), context, Uint8Array.of(1))))).toBe(false);
});

it("is a copy: what happens to the record later does not matter", () => {
  const dek = createDek();
  const record = encrypt(dek, context, Uint8Array.of(1));
  const mark = markOf(record);
  record.fill(0);
  expect(isMarkOf(dek, mark)).toBe(true);
});

it("is in nothing but a record", () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(200)]) {
    expect(() => markOf(bytes)).toThrow(EnvelopeError);
  }
});

it("is not told by a key that was wiped", () => {
  const dek = createDek();
  const mark = markOf(encrypt(dek, context, Uint8Array.of(1)));
  dek.wipe();
  expect(() => isMarkOf(dek, mark)).toThrow("wiped");
});
