import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeContext } from "./context.ts";
import { deriveRecordKeys } from "./derive.ts";
import {
  createDek,
  DataKey,
  decrypt,
  EnvelopeError,
  encrypt,
  type SecretContext,
} from "./index.ts";

/** Attacks E2 and E4: somebody who can write to the database changes or moves records. */
const context: SecretContext = {
  userId: "user-1",
  secretId: "secret-1",
  secretName: "API_KEY",
  secretVersion: 2,
};
const dek = createDek();
const record = encrypt(dek, context, Buffer.from("a value of some length"));

/** What opening ends with; a value that opens is a failure of the test by being no error. */
function failure(key: DataKey, where: SecretContext, bytes: Uint8Array): unknown {
  try {
    return decrypt(key, where, bytes);
  } catch (error) {
    return error;
  }
}

const theError = new EnvelopeError("decrypt");
function expectRefused(bytes: Uint8Array, where = context, key = dek): void {
  const error = failure(key, where, bytes);
  expect(error).toBeInstanceOf(EnvelopeError);
  expect(error).toEqual(theError);
  expect((error as Error).cause).toBeUndefined();
}

function changed(at: number, to: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(record);
  copy[at] = to(copy[at] ?? 0);
  return copy;
}

describe("E4: a record that was changed is refused, always with the same error", () => {
  it("with any one bit of any byte flipped", () => {
    for (let at = 0; at < record.length; at++) {
      for (let bit = 0; bit < 8; bit++) expectRefused(changed(at, (byte) => byte ^ (1 << bit)));
    }
  });

  it("cut short to any length", () => {
    for (let length = 0; length < record.length; length++) {
      expectRefused(record.subarray(0, length));
    }
  });

  it("with any one byte missing, or one added anywhere", () => {
    for (let at = 0; at <= record.length; at++) {
      const [before, after] = [record.subarray(0, at), record.subarray(at)];
      expectRefused(Uint8Array.of(...before, 0, ...after));
      if (at < record.length) expectRefused(Uint8Array.of(...before, ...after.subarray(1)));
    }
  });

  it("with its tag cut to 4 to 15 bytes", () => {
    for (let left = 4; left <= 15; left++) expectRefused(record.subarray(0, -16 + left));
  });

  it("with any other format version or algorithm", () => {
    for (let other = 0; other < 256; other++) {
      if (other === 1) continue;
      expectRefused(changed(4, () => other));
      expectRefused(changed(5, () => other));
    }
  });

  it("in random ways", () => {
    const places = fc.uniqueArray(fc.nat(record.length - 1), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 255 }), (all, mask) => {
        const copy = Uint8Array.from(record);
        for (const at of all) copy[at] = (copy[at] ?? 0) ^ mask;
        expectRefused(copy);
      }),
    );
  });

  it("though the record itself opens", () => {
    expect(Buffer.from(decrypt(dek, context, record)).toString()).toBe("a value of some length");
  });
});

describe("E2: a record that was moved is refused", () => {
  it.each([
    ["to another user", { ...context, userId: "user-2" }],
    ["to another secret", { ...context, secretId: "secret-2" }],
    ["to another name", { ...context, secretName: "API_KEY2" }],
    ["to another version", { ...context, secretVersion: 1 }],
  ])("%s", (_, where) => {
    expectRefused(record, where);
  });

  it("under another key, whatever its id", () => {
    expectRefused(record, context, createDek());
    expectRefused(record, context, new DataKey(dek.id, new Uint8Array(32).fill(1)));
  });

  it("under the same key with another id", () => {
    const bytes = dek.lend((lent) => Uint8Array.from(lent));
    const renamed = new DataKey(new Uint8Array(16), bytes);
    expectRefused(record, context, renamed);
    const relabelled = Uint8Array.from(record);
    relabelled.set(renamed.id, 6);
    expectRefused(relabelled, context, renamed);
  });
});

describe("the context's encoding", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  const version = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.maxSafeNat().map((n) => n || 1),
  );

  it("keeps a shift between neighbouring fields apart", () => {
    fc.assert(
      fc.property(text, text, version, fc.nat(12), (left, right, secretVersion, cut) => {
        const all = left + right;
        const shifted = { userId: all.slice(0, cut), secretId: all.slice(cut) };
        fc.pre(shifted.userId !== left && shifted.userId !== "" && shifted.secretId !== "");
        const rest = { secretName: "N", secretVersion };
        const before = encodeContext({ userId: left, secretId: right, ...rest }, dek.id);
        expect(before).not.toBeNull();
        expect(encodeContext({ ...shifted, ...rest }, dek.id)).not.toEqual(before);
      }),
    );
  });

  it("can be read back, so that no two contexts share one", () => {
    const contexts = fc.record({
      userId: text,
      secretId: text,
      secretName: text,
      secretVersion: version,
    });
    fc.assert(
      fc.property(contexts, (one) => {
        expect(readBack(encodeContext(one, dek.id))).toEqual({ ...one, dekId: dek.id });
      }),
    );
  });

  function readBack(bytes: Uint8Array | null) {
    if (bytes === null) return null;
    const view = Buffer.from(bytes);
    const fields: Buffer[] = [];
    for (let at = 0; at < view.length; at += 4 + view.readUInt32BE(at)) {
      fields.push(view.subarray(at + 4, at + 4 + view.readUInt32BE(at)));
    }
    const [userId, secretId, secretName, secretVersion, dekId, ...more] = fields;
    expect(more).toEqual([]);
    return {
      userId: userId?.toString(),
      secretId: secretId?.toString(),
      secretName: secretName?.toString(),
      secretVersion: Number(secretVersion?.readBigUInt64BE()),
      dekId: dekId && Uint8Array.from(dekId),
    };
  }
});

describe("the commitment", () => {
  it("is what refuses a ciphertext that is authentic under the derived key", () => {
    // Sound GCM under the right key and context, but with a commitment to something else.
    const [salt, iv] = [new Uint8Array(32).fill(3), new Uint8Array(12).fill(4)];
    const keys = deriveRecordKeys(dek, salt);
    const cipher = createCipheriv("aes-256-gcm", keys.encryption, iv, { authTagLength: 16 });
    cipher.setAAD(encodeContext(context, dek.id) ?? new Uint8Array());
    const body = Buffer.concat([cipher.update("x"), cipher.final(), cipher.getAuthTag()]);
    const withCommitment = (commitment: Uint8Array) =>
      Buffer.concat([record.subarray(0, 22), salt, commitment, iv, body]);
    expect(Buffer.from(decrypt(dek, context, withCommitment(keys.commitment))).toString()).toBe(
      "x",
    );
    expectRefused(withCommitment(new Uint8Array(32)));
    expectRefused(withCommitment(Uint8Array.from(keys.commitment).reverse()));
  });
});
