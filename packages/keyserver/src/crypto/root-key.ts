import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";

/** Length of the root key in bytes. */
const rootKeyLength = 32;

/** A root key that cannot be used. The text never quotes it. */
export class RootKeyError extends Error {
  override readonly name = "RootKeyError";
}

/** Makes a root key: the text for the file that will hold it, and the key. Secret material. */
export function generateRootKey(): { readonly text: string; readonly key: KeyObject } {
  const bytes = randomBytes(rootKeyLength);
  const text = bytes.toString("base64");
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return { text, key };
}

/**
 * Reads a root key from its text: 256 bits in base64 or hex, white space around it ignored.
 * @throws RootKeyError when it is anything else.
 */
export function parseRootKey(text: string): KeyObject {
  const trimmed = text.trim();
  const isHex = /^[0-9a-fA-F]{64}$/.test(trimmed);
  if (!isHex && !/^[A-Za-z0-9+/]*={0,2}$/.test(trimmed)) {
    throw new RootKeyError("invalid key: must be base64 or hex");
  }
  const bytes = Buffer.from(trimmed, isHex ? "hex" : "base64");
  if (bytes.length < 16)
    throw new RootKeyError("invalid key: key is shorter than minimum 16 bytes");
  if (bytes.length !== rootKeyLength) throw new RootKeyError("invalid key: key must be 32 bytes");
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
