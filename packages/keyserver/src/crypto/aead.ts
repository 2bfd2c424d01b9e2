import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
const ivLength = 12;
const tagLength = 16;

/** Bytes that a box is longer than what is in it. */
export const boxOverhead = ivLength + tagLength;

/** Gives a nonce that was never given before. */
export type Nonces = () => Uint8Array;

const oneNonce: Nonces = () => randomBytes(ivLength);

/** Random nonces for one batch, drawn together because each draw has its cost. Never kept beyond the batch. */
export function drawNonces(count: number): Nonces {
  const drawn = randomBytes(count * ivLength);
  let given = 0;
  return () => {
    if (given === count) throw new Error("more nonces than were drawn");
    given += 1;
    return drawn.subarray((given - 1) * ivLength, given * ivLength);
  };
}

/**
 * Encrypts with AES-256-GCM under a random 96-bit nonce.
 * @returns `nonce | ciphertext | tag`.
 */
export function sealBox(
  key: KeyObject,
  plaintext: Uint8Array,
  associated?: Uint8Array,
  nonces = oneNonce,
): Buffer {
  const iv = nonces();
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
