import { describe, expect, it } from "vitest";
import frozen from "../vectors/records-v1.json" with { type: "json" };
import { DataKey, decrypt, formatRecord, parseRecord } from "./index.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

// These records were made once. A change that does not open them needs a new format version.
describe.each(frozen)("frozen record of version 1: $about", (one) => {
  it("opens", () => {
    const dek = new DataKey(hex(one.dekId), hex(one.dek));
    const opened = decrypt(dek, one.context, hex(one.record));
    expect(Uint8Array.from(opened)).toEqual(hex(one.plaintext));
  });

  it("is the same after parse and format", () => {
    const record = parseRecord(hex(one.record));
    expect(record && formatRecord(record)).toEqual(hex(one.record));
    expect(record && Uint8Array.from(record.dekId)).toEqual(hex(one.dekId));
  });
});
