import { createSecretKey, hkdfSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxOverhead, drawNonces, openBox, sealBox } from "./aead.ts";
import { Base64Error, decodeBase64 } from "./base64.ts";
import { deriveKey } from "./derive.ts";
import { generateRootKey, parseRootKey, RootKeyError } from "./root-key.ts";

type Vector = Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result", string> & {
  readonly id: number;
};
const vectors = JSON.parse(
  readFileSync(new URL("./vectors/aes-256-gcm.json", import.meta.url), "utf8"),
) as { tests: readonly Vector[] };
const hex = (text: string) => Buffer.from(text, "hex");
const key = createSecretKey(randomBytes(32));

describe("boxes", () => {
  it.each(vectors.tests)("Wycheproof $id is $result", ({ iv, ct, tag, aad, msg, result, ...v }) => {
    const opened = openBox(
      createSecretKey(hex(v.key)),
      Buffer.concat([hex(iv), hex(ct), hex(tag)]),
      hex(aad),
    );
    expect(opened?.toString("hex") ?? null).toBe(result === "valid" ? msg : null);
  });

  it.each([0, 1, 15, 16, 17, 64, 65_535, 65_536])("open what was sealed, %i bytes", (length) => {
    const plaintext = randomBytes(length);
    const box = sealBox(key, plaintext);
    expect(box.length).toBe(length + boxOverhead);
    expect(openBox(key, box)).toEqual(plaintext);
  });

  it("do not open once any bit is changed, anything cut off or added", () => {
    const box = sealBox(key, Buffer.from("secret"), Buffer.from("context"));
    for (let at = 0; at < box.length * 8; at += 1) {
      const changed = Buffer.from(box);
      changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      expect(openBox(key, changed, Buffer.from("context"))).toBeNull();
    }
    for (let length = 0; length < box.length; length += 1) {
      expect(openBox(key, box.subarray(0, length), Buffer.from("context"))).toBeNull();
    }
    const longer = Buffer.concat([box, Buffer.alloc(1)]);
    expect(openBox(key, longer, Buffer.from("context"))).toBeNull();
    expect(openBox(key, box, Buffer.from("contexT"))).toBeNull();
    expect(openBox(key, box)).toBeNull();
    expect(openBox(createSecretKey(randomBytes(32)), box, Buffer.from("context"))).toBeNull();
  });

  it("never use a nonce twice", () => {
    const nonces = new Set<string>();
    for (let count = 0; count < 20_000; count += 1) {
      nonces.add(sealBox(key, Buffer.alloc(1)).toString("latin1", 0, 12));
    }
    expect(nonces.size).toBe(20_000);
  });

  it("never use a nonce of a batch twice either, and run out of them rather", () => {
    const seen = new Set<string>();
    for (let batch = 0; batch < 20; batch += 1) {
      const nonces = drawNonces(500);
      for (let count = 0; count < 500; count += 1) {
        const box = sealBox(key, Buffer.alloc(1), undefined, nonces);
        seen.add(box.toString("latin1", 0, 12));
        expect(openBox(key, box)).toEqual(Buffer.alloc(1));
      }
      expect(() => sealBox(key, Buffer.alloc(1), undefined, nonces)).toThrow("more nonces");
    }
    expect(seen.size).toBe(10_000);
  });
});

describe("derived keys", () => {
  const derived = (ikm: Buffer, info: string) =>
    deriveKey(createSecretKey(ikm), info).export().toString("hex");

  it("are HKDF-SHA256 without salt: RFC 5869, test case 3", () => {
    expect(derived(Buffer.alloc(22, 0x0b), "")).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
    );
  });

  it("are what node:crypto derives", () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 200 }), (ikm, info) => {
        const expected = Buffer.from(hkdfSync("sha256", ikm, "", info, 32));
        const secret = createSecretKey(ikm);
        for (let times = 0; times < 2; times += 1) {
          expect(deriveKey(secret, info).export()).toEqual(expected);
        }
      }),
    );
  });

  it("have the context as info: a vector made with another implementation", () => {
    expect(derived(Buffer.from(Array.from({ length: 32 }, (_, at) => at)), "user-1")).toBe(
      "9ced3b022cb3c9068bc5367f5a5fe6efb73fc5e422eaa80c2e4ea9c082aea49a",
    );
  });
});

describe("base64", () => {
  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(decodeBase64(buffer.toString("base64"))).toEqual(buffer);
      }),
    );
  });

  it("skips line ends, as Go does", () => {
    expect(decodeBase64("aGVs\r\nbG8=\n").toString()).toBe("hello");
    expect(decodeBase64("aGVsbG8=\n\r").toString()).toBe("hello");
  });

  // What Go 1.26's encoding/base64.StdEncoding says of each.
  it.each([
    ["12345", 4],
    ["not base64!", 3],
    ["%%%", 0],
    ["A", 0],
    ["AA", 0],
    ["AAA", 0],
    ["AA=", 3],
    ["AA=A", 2],
    ["AAAA=", 4],
    ["=AAA", 0],
    ["AAA=AAA=", 4],
    ["AA==AA==", 4],
    ["AAAA\n*", 5],
    ["AA-_", 2],
    ["ÄAAA", 0],
    ["AA=\n", 4],
    ["AAA=\nA", 5],
    ["\n\nA", 2],
    ["AB\nC", 1],
    ["A\n", 1],
  ])("%j stops being base64 at byte %i", (text, at) => {
    expect(() => decodeBase64(text)).toThrow(
      new Base64Error(`illegal base64 data at input byte ${at}`),
    );
  });
});

describe("root keys", () => {
  it("are read back from base64 and hex, white space around them or not", () => {
    const { text, key: made } = generateRootKey();
    const asHex = Buffer.from(text, "base64").toString("hex");
    for (const form of [text, `${text}\n`, ` ${asHex} `]) {
      expect(parseRootKey(form).equals(made)).toBe(true);
    }
  });

  it.each(["", "AAAA", "not a key", randomBytes(16).toString("base64"), "z".repeat(64)])(
    "%j is none",
    (text) => {
      expect(() => parseRootKey(text)).toThrow(RootKeyError);
    },
  );

  it("are never quoted in the refusal", () => {
    const text = randomBytes(31).toString("base64");
    expect(() => parseRootKey(text)).toThrow(/^invalid key: key must be 32 bytes$/);
  });
});
