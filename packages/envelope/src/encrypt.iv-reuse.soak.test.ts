import { describe, expect, it } from "vitest";
import { createDek, encrypt, parseRecord } from "./index.ts";

/** Attack E9. 10^6 records where SOAK is set; else as many as a run of all tests can afford. */
const records = process.env.SOAK === undefined ? 20_000 : 1_000_000;

describe("E9: many records under one key", () => {
  it(`share no IV, salt or commitment among ${records}`, { timeout: 600_000 }, () => {
    const dek = createDek();
    const context = { userId: "u", secretId: "s", secretName: "N", secretVersion: 1 };
    const seen = { iv: new Set<string>(), salt: new Set<string>(), commitment: new Set<string>() };
    for (let made = 0; made < records; made++) {
      const record = parseRecord(encrypt(dek, context, Uint8Array.of(1)));
      if (record === null) throw new Error("a sound record must parse");
      seen.iv.add(latin1(record.iv));
      // Half of each is plenty to tell them apart, and a million of them stay in memory.
      seen.salt.add(latin1(record.salt.subarray(0, 16)));
      seen.commitment.add(latin1(record.commitment.subarray(0, 16)));
    }
    expect(seen.iv.size).toBe(records);
    expect(seen.salt.size).toBe(records);
    expect(seen.commitment.size).toBe(records);
  });
});

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
