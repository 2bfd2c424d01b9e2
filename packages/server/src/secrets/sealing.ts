import { type DataKey, decrypt, encrypt, parseRecord } from "@portafilter/envelope";
import { Damaged } from "./damaged.ts";

/** Where a version belongs. */
export type Place = Readonly<{ userId: string; id: string; name: string; version: number }>;

function context({ userId, id, name, version }: Place) {
  return { userId, secretId: id, secretName: name, secretVersion: version };
}

/** Seals a value at its place. Leaves the bytes to the caller, who wipes them. */
export function sealVersion(key: DataKey, place: Place, value: Uint8Array): Uint8Array {
  return encrypt(key, context(place), value);
}

/**
 * Opens the record that was found at a place. Secret material, which the caller wipes.
 * @throws Damaged when there is none, or one with another salt than `salt`; EnvelopeError
 */
export function openVersion(
  key: DataKey,
  place: Place,
  record: Uint8Array | null,
  salt?: Uint8Array,
): Uint8Array {
  const isThere = record !== null && (!salt || Buffer.compare(saltOf(record), salt) === 0);
  if (!isThere) throw new Damaged("a version is not there", place.name);
  return decrypt(key, context(place), record);
}

/** What tells a record from every other. @throws Damaged for what is no record. */
export function saltOf(record: Uint8Array): Uint8Array {
  const parsed = parseRecord(record);
  if (parsed === null) throw new Damaged("a version is no record");
  return parsed.salt;
}
