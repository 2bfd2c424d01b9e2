import type { KeyObject } from "node:crypto";
import { type Nonces, openBox, sealBox } from "../crypto/aead.ts";
import { Base64Error, decodeBase64 } from "../crypto/base64.ts";
import { deriveKey } from "../crypto/derive.ts";
import { Refusal, refusals } from "../refusal.ts";
import type { KeyRing } from "./key-ring.ts";

/** What binds a ciphertext besides the key. Empty text means absent, as on the wire; both are base64. */
export type Binding = { readonly context: string; readonly associated: string };

const prefix = "vault:v";
const refuse = (text: string) => new Refusal(400, text);

/**
 * Which version a request to encrypt means; 0 is the latest.
 * @throws Refusal when the key may not encrypt with that version.
 */
export function encryptionVersion(ring: KeyRing, requested: number): number {
  const what = "requested version for encryption is";
  if (requested === 0) return ring.latest;
  if (requested < 0) throw refuse(`${what} negative`);
  if (requested > ring.latest) throw refuse(`${what} higher than the latest key version`);
  if (requested < ring.minEncryption) {
    throw refuse(`${what} less than the minimum encryption key version`);
  }
  return requested;
}

/** `vault:v<version>:base64(nonce 12 | ciphertext | tag 16)`. */
export function encrypt(
  ring: KeyRing,
  version: number,
  plain: Uint8Array,
  by: Binding,
  nonces?: Nonces,
): string {
  const key = keyOf(ring, version, by.context);
  const box = sealBox(key, plain, associatedOf(by), nonces);
  return `${prefix}${version}:${box.toString("base64")}`;
}

/**
 * Opens a ciphertext of this key.
 * @returns the plaintext: secret material.
 * @throws Refusal when it is not one, is too old, or does not belong to this key, context or associated data.
 */
export function decrypt(ring: KeyRing, ciphertext: string, by: Binding): Buffer {
  const { version, body } = split(ciphertext);
  if (version > ring.latest) throw refuse("invalid ciphertext: version is too new");
  if (version < ring.minDecryption) {
    throw refuse("ciphertext or signature version is disallowed by policy (too old)");
  }
  const box = boxOf(body);
  const key = keyOf(ring, version, by.context);
  const plaintext = openBox(key, box, associatedOf(by));
  if (plaintext === null) throw refuse("cipher: message authentication failed");
  return plaintext;
}

function split(ciphertext: string): { version: number; body: string } {
  if (!ciphertext.startsWith(prefix)) throw refuse("invalid ciphertext: no prefix");
  const colon = ciphertext.indexOf(":", prefix.length);
  if (colon === -1) throw refuse("invalid ciphertext: wrong number of fields");
  const digits = ciphertext.slice(prefix.length, colon);
  if (!/^[+-]?\d{1,15}$/.test(digits)) {
    throw refuse("invalid ciphertext: version number could not be decoded");
  }
  // Version 0 was written by the first servers that spoke this format, and means 1.
  return { version: Number(digits) || 1, body: ciphertext.slice(colon + 1) };
}

function boxOf(body: string): Buffer {
  let box: Buffer;
  try {
    box = decodeBase64(body);
  } catch (error) {
    if (error instanceof Base64Error) throw refuse("invalid ciphertext: could not decode base64");
    throw error;
  }
  if (box.length < 12) throw refuse("invalid ciphertext length");
  return box;
}

/** The key of one version, or of one context of it: what one context seals no other context opens. */
function keyOf(ring: KeyRing, version: number, context: string): KeyObject {
  const found = ring.versions.get(version);
  if (found === undefined || version < ring.minDecryption) throw refuse("no such key version");
  if (!ring.derived) return found.key;
  if (context === "") {
    throw refuse(
      "missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key",
    );
  }
  return deriveKey(found.key, decodeField(context));
}

function associatedOf(by: Binding): Buffer | undefined {
  if (by.associated === "") return undefined;
  try {
    return decodeBase64(by.associated);
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error;
    throw refusals.badAssociated(error.message);
  }
}

/**
 * Decodes a base64 field of a request.
 * @throws Refusal with the place where it stops being base64.
 */
export function decodeField(text: string): Buffer {
  try {
    return decodeBase64(text);
  } catch (error) {
    if (error instanceof Base64Error) throw refuse(error.message);
    throw error;
  }
}
