import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";

const algorithm = "aes-256-gcm";
export const ivLength = 12;
export const tagLength = 16;

/** Without it Node takes tags of 4 to 15 bytes, which are easier to forge. */
const options = { authTagLength: tagLength };

// Below, keys are given as objects: Node 24 takes four times as long over one given as bytes. The object's
// copy lives as long as that in the cipher's own context, until both are collected.

/** What AES-256-GCM made of a plaintext of the same length. */
export type Sealed = Readonly<{ ciphertext: Uint8Array; tag: Uint8Array }>;

/**
 * Encrypts with AES-256-GCM. An IV must never be used twice under one key.
 * @throws RangeError when the IV is not of 12 bytes.
 */
export function seal(
  key: Uint8Array,
  iv: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
): Sealed {
  if (iv.length !== ivLength) throw new RangeError("the IV must be of 12 bytes");
  const cipher = createCipheriv(algorithm, createSecretKey(key), iv, options).setAAD(associated);
  const ciphertext = cipher.update(plaintext);
  // GCM is a stream: nothing is left for the end but the tag.
  cipher.final();
  return { ciphertext, tag: cipher.getAuthTag() };
}

/**
 * Decrypts what {@link seal} made.
 * @returns the plaintext, secret material, or null when anything is not as it was sealed, or when IV
 * or tag have another length than 12 and 16 bytes.
 */
export function open(
  key: Uint8Array,
  iv: Uint8Array,
  associated: Uint8Array,
  { ciphertext, tag }: Sealed,
): Uint8Array | null {
  if (iv.length !== ivLength || tag.length !== tagLength) return null;
  const decipher = createDecipheriv(algorithm, createSecretKey(key), iv, options);
  decipher.setAAD(associated).setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch {
    // Not authentic: these bytes must not leave, not even as garbage.
    plaintext.fill(0);
    return null;
  }
  return plaintext;
}
