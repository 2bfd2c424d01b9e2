import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

const noSalt = new Uint8Array(0);

/** Longest `info` that node:crypto takes. */
export const longestInfo = 1024;

/** `HKDF-SHA256(ikm = key, salt = none, info)`: the derivation of Transit's `hkdf_sha256`. 256 bits. */
export function deriveKey(key: KeyObject, info: Uint8Array | string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", key, noSalt, info, 32)));
}
