import { createSecretKey, hkdfSync } from "node:crypto";
import type { DataKey } from "./data-key.ts";
import { commitmentLength, header } from "./record.ts";

const encryptionKeyLength = 32;

/** What is said besides DEK and salt: the purpose, and the very format and algorithm. */
const info = Uint8Array.of(...new TextEncoder().encode("portafilter record"), ...header);

/** The keys of one record. Secret material, the commitment aside; the caller wipes them. */
export type RecordKeys = Readonly<{
  encryption: Uint8Array;
  /** Says which DEK and salt the other key comes from, and nothing about it. */
  commitment: Uint8Array;
  wipe: () => void;
}>;

/**
 * HKDF with SHA-512 (RFC 5869), extract and expand.
 * @throws RangeError when more than 16320 bytes are asked for.
 */
export function hkdfSha512(
  key: Uint8Array,
  salt: Uint8Array,
  label: Uint8Array,
  length: number,
): Uint8Array {
  // As an object for the same reason as in `gcm.ts`.
  return new Uint8Array(hkdfSync("sha512", createSecretKey(key), salt, label, length));
}

/** `K_enc || K_commit = HKDF-SHA512(DEK, salt, info)`. @throws Error when the DEK was wiped. */
export function deriveRecordKeys(dek: DataKey, salt: Uint8Array): RecordKeys {
  const length = encryptionKeyLength + commitmentLength;
  const derived = dek.lend((bytes) => hkdfSha512(bytes, salt, info, length));
  return {
    encryption: derived.subarray(0, encryptionKeyLength),
    commitment: derived.subarray(encryptionKeyLength),
    wipe: () => {
      derived.fill(0);
    },
  };
}
