import { timingSafeEqual } from "node:crypto";
import type { DataKey } from "./data-key.ts";
import { deriveRecordKeys } from "./derive.ts";
import { EnvelopeError } from "./envelope-error.ts";
import { parseRecord, type SealedRecord } from "./record.ts";

/** How a record names the key it was sealed under: its commitment, and the salt in that. Not secret. */
export type KeyMark = Readonly<Pick<SealedRecord, "salt" | "commitment">>;

/** A copy of a record's mark. @throws EnvelopeError for what is no record. */
export function markOf(record: Uint8Array): KeyMark {
  const parsed = parseRecord(record);
  if (parsed === null) throw new EnvelopeError("decrypt");
  const { salt, commitment } = parsed;
  return { salt: Uint8Array.from(salt), commitment: Uint8Array.from(commitment) };
}

/**
 * Whether a record with this mark names this key. Says nothing about the rest of the record.
 * @throws Error when the key was wiped.
 */
export function isMarkOf(dek: DataKey, { salt, commitment }: KeyMark): boolean {
  const keys = deriveRecordKeys(dek, salt);
  try {
    return timingSafeEqual(commitment, keys.commitment);
  } finally {
    keys.wipe();
  }
}
