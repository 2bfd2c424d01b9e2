import { describe, expect, it } from "vitest";
import frozen from "../vectors/records-v1.json" with { type: "json" };
import { DataKey, decrypt } from "./index.ts";

/**
 * A second implementation of the format, from README.md and WebCrypto alone: it shares no line with
 * the package. It shows that the page says enough, and that the package does what the page says.
 */
const { subtle } = globalThis.crypto;
const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const header = hex("504653520101");

type Context = (typeof frozen)[number]["context"];

function integer(value: number, length: number): Uint8Array {
  return hex(
    BigInt(value)
      .toString(16)
      .padStart(length * 2, "0"),
  );
}

function associatedData(context: Context, dekId: Uint8Array): Uint8Array<ArrayBuffer> {
  const utf8 = new TextEncoder();
  const fields = [
    utf8.encode(context.userId),
    utf8.encode(context.secretId),
    utf8.encode(context.secretName),
    integer(context.secretVersion, 8),
    dekId,
  ];
  return join(...fields.flatMap((field) => [integer(field.length, 4), field]));
}

async function keys(dek: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>) {
  const ikm = await subtle.importKey("raw", dek, "HKDF", false, ["deriveBits"]);
  const info = join(ascii("portafilter record"), header);
  const okm = await subtle.deriveBits({ name: "HKDF", hash: "SHA-512", salt, info }, ikm, 512);
  const gcmKey = okm.slice(0, 32);
  return {
    encryption: await subtle.importKey("raw", gcmKey, "AES-GCM", false, ["encrypt", "decrypt"]),
    commitment: new Uint8Array(okm.slice(32)),
  };
}

async function openElsewhere(dek: Uint8Array<ArrayBuffer>, context: Context, record: Uint8Array) {
  const part = (from: number, to: number) => Uint8Array.from(record.subarray(from, to));
  expect(part(0, 6)).toEqual(header);
  const { encryption, commitment } = await keys(dek, part(22, 54));
  expect(part(54, 86)).toEqual(commitment);
  const algorithm = {
    name: "AES-GCM",
    iv: part(86, 98),
    additionalData: associatedData(context, part(6, 22)),
    tagLength: 128,
  };
  return new Uint8Array(await subtle.decrypt(algorithm, encryption, part(98, record.length)));
}

async function sealElsewhere(
  dekId: Uint8Array,
  dek: Uint8Array<ArrayBuffer>,
  context: Context,
  plaintext: Uint8Array<ArrayBuffer>,
) {
  const salt = globalThis.crypto.getRandomValues(new Uint8Array(32));
  const iv = globalThis.crypto.getRandomValues(new Uint8Array(12));
  const { encryption, commitment } = await keys(dek, salt);
  const additionalData = associatedData(context, dekId);
  const algorithm = { name: "AES-GCM", iv, additionalData, tagLength: 128 };
  const sealed = await subtle.encrypt(algorithm, encryption, plaintext);
  return join(header, dekId, salt, commitment, iv, new Uint8Array(sealed));
}

describe.each(frozen)("$about", ({ dekId, dek, context, plaintext, record }) => {
  it("opens in the second implementation", async () => {
    expect(await openElsewhere(hex(dek), context, hex(record))).toEqual(hex(plaintext));
  });

  it("opens here when the second implementation sealed it", async () => {
    const sealed = await sealElsewhere(hex(dekId), hex(dek), context, hex(plaintext));
    const opened = decrypt(new DataKey(hex(dekId), hex(dek)), context, sealed);
    expect(Uint8Array.from(opened)).toEqual(hex(plaintext));
  });
});
