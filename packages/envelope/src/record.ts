import { dekIdLength } from "./data-key.ts";
import { ivLength, tagLength } from "./gcm.ts";

export const saltLength = 32;
export const commitmentLength = 32;

/**
 * How every record begins: magic `PFSR`, format version 1, algorithm 1. A change to layout or ciphers
 * takes another number, and what is not listed here is refused, never guessed.
 */
export const header = Uint8Array.of(0x50, 0x46, 0x53, 0x52, 1, 1);

const overhead = header.length + dekIdLength + saltLength + commitmentLength + ivLength + tagLength;

/** Sizes in bytes. A value is as long as its ciphertext. */
export const recordLimits = { overhead, minValue: 1, maxValue: 64 * 1024 } as const;

/** The parts of a record, as they are stored. None of them is secret. */
export type SealedRecord = Readonly<{
  dekId: Uint8Array;
  salt: Uint8Array;
  commitment: Uint8Array;
  iv: Uint8Array;
  ciphertext: Uint8Array;
  tag: Uint8Array;
}>;

/** Whether a value of this many bytes can be sealed. */
export function isValueLength(length: number): boolean {
  return length >= recordLimits.minValue && length <= recordLimits.maxValue;
}

/**
 * Takes a record apart. Pure and total; the parts are views of `bytes`.
 * @returns null for everything that {@link formatRecord} cannot have made. What comes back is
 * well-formed, which says nothing about who made it.
 */
export function parseRecord(bytes: Uint8Array): SealedRecord | null {
  if (!isValueLength(bytes.length - overhead)) return null;
  if (!header.every((byte, at) => bytes[at] === byte)) return null;
  let at = header.length;
  const take = (length: number) => bytes.subarray(at, (at += length));
  return {
    dekId: take(dekIdLength),
    salt: take(saltLength),
    commitment: take(commitmentLength),
    iv: take(ivLength),
    ciphertext: take(bytes.length - overhead),
    tag: take(tagLength),
  };
}

/**
 * Puts a record together: the inverse of {@link parseRecord}. Pure and total.
 * @returns null when a part has a length that no record has.
 */
export function formatRecord(record: SealedRecord): Uint8Array | null {
  const { dekId, salt, commitment, iv, ciphertext, tag } = record;
  const fits =
    dekId.length === dekIdLength &&
    salt.length === saltLength &&
    commitment.length === commitmentLength &&
    iv.length === ivLength &&
    isValueLength(ciphertext.length) &&
    tag.length === tagLength;
  if (!fits) return null;
  const bytes = new Uint8Array(overhead + ciphertext.length);
  let at = 0;
  for (const part of [header, dekId, salt, commitment, iv, ciphertext, tag]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
