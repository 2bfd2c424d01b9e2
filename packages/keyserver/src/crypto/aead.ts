import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
const ivLength = 12;
const tagLength = 16;

/** Bytes that a box is longer than what is in it. */
export const boxOverhead = ivLength + tagLength;

/**
 * Encrypts with AES-256-GCM under a fresh random 96-bit nonce.
 * @returns `nonce | ciphertext | tag`.
 */
export function sealBox(key: KeyObject, plaintext: Uint8Array, associated?: Uint8Array): Buffer {
  // From the operating system at each call: a pool of nonces would be handed out twice after a fork.
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagLength });
  if (associated !== undefined) cipher.setAAD(associated);
  const body = cipher.update(plaintext);
  const rest = cipher.final();
  return Buffer.concat([iv, body, rest, cipher.getAuthTag()]);
}

/**
 * Opens what {@link sealBox} made.
 * @returns the plaintext, or null when key, associated data or box are not the ones that belong together.
 */
export function openBox(key: KeyObject, box: Uint8Array, associated?: Uint8Array): Buffer | null {
  if (box.length < boxOverhead) return null;
  // Without authTagLength Node takes shorter tags, which are easier to forge.
  const decipher = createDecipheriv(algorithm, key, box.subarray(0, ivLength), {
    authTagLength: tagLength,
  });
  decipher.setAuthTag(box.subarray(box.length - tagLength));
  if (associated !== undefined) decipher.setAAD(associated);
  const plaintext = decipher.update(box.subarray(ivLength, box.length - tagLength));
  try {
    decipher.final();
  } catch {
    // The bytes above are not authentic: they must never leave this function.
    plaintext.fill(0);
    return null;
  }
  return plaintext;
}
