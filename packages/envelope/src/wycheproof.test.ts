import { describe, expect, it } from "vitest";
import gcm from "../vectors/aes_gcm_256.json" with { type: "json" };
import hkdf from "../vectors/hkdf_sha512.json" with { type: "json" };
import { hkdfSha512 } from "./derive.ts";
import { open, seal } from "./gcm.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const toHex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString("hex");

describe("AES-256-GCM with IVs of 96 bit", () => {
  const tests = gcm.testGroups.filter((group) => group.ivSize === 96).flatMap((g) => g.tests);
  it.each(tests)("$tcId $flags is $result", ({ key, iv, aad, msg, ct, tag, result }) => {
    const opened = open(hex(key), hex(iv), hex(aad), { ciphertext: hex(ct), tag: hex(tag) });
    expect(toHex(opened)).toBe(result === "valid" ? msg : null);
    const sealed = seal(hex(key), hex(iv), hex(aad), hex(msg));
    const isSame = toHex(sealed.ciphertext) === ct && toHex(sealed.tag) === tag;
    expect(isSame).toBe(result === "valid");
  });
});

describe("AES-256-GCM with other IVs", () => {
  const tests = gcm.testGroups.filter((group) => group.ivSize !== 96).flatMap((g) => g.tests);
  it.each(tests)("$tcId $flags is refused", ({ key, iv, aad, msg, ct, tag }) => {
    expect(open(hex(key), hex(iv), hex(aad), { ciphertext: hex(ct), tag: hex(tag) })).toBeNull();
    expect(() => seal(hex(key), hex(iv), hex(aad), hex(msg))).toThrow(RangeError);
  });
});

it("refuses the beginning of a sound tag, of whatever length", () => {
  const [key, iv, none] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array()];
  const { ciphertext, tag } = seal(key, iv, none, Uint8Array.of(1, 2, 3));
  expect(open(key, iv, none, { ciphertext, tag })).not.toBeNull();
  for (let length = 0; length < 16; length++) {
    expect(open(key, iv, none, { ciphertext, tag: tag.subarray(0, length) })).toBeNull();
  }
});

describe("HKDF-SHA512", () => {
  const tests = hkdf.testGroups.flatMap((group) => group.tests);
  it.each(tests)("$tcId $flags is $result", ({ ikm, salt, info, size, okm, result }) => {
    const derive = () => hkdfSha512(hex(ikm), hex(salt), hex(info), size);
    if (result === "valid") expect(toHex(derive())).toBe(okm);
    else expect(derive).toThrow(RangeError);
  });
});

it("has read all of the vectors", () => {
  expect(gcm.testGroups.flatMap((group) => group.tests)).toHaveLength(105);
  expect(hkdf.testGroups.flatMap((group) => group.tests)).toHaveLength(81);
});
