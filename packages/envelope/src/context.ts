/**
 * What a record belongs to. It is not stored in the record: whoever opens one must say where it was
 * found, and a record that was moved there does not open.
 */
export type SecretContext = Readonly<{
  userId: string;
  secretId: string;
  secretName: string;
  /** Counts from 1. */
  secretVersion: number;
}>;

const maxField = 1024;
const encoder = new TextEncoder();

/**
 * The associated data of a record: user id, secret id, secret name, secret version and DEK id, each
 * behind its length, so that no two contexts have the same encoding.
 * @returns null when a text is empty, longer than 1024 bytes or no well-formed Unicode, or when the
 * version is no whole number from 1 on.
 */
export function encodeContext(context: SecretContext, dekId: Uint8Array): Uint8Array | null {
  const { userId, secretId, secretName, secretVersion } = context;
  const texts = [userId, secretId, secretName];
  // UTF-8 has no lone surrogates: all of them would become the same replacement character.
  if (!texts.every((text) => text.isWellFormed())) return null;
  if (!Number.isSafeInteger(secretVersion) || secretVersion < 1) return null;
  const fields = [...texts.map((text) => encoder.encode(text)), uint64(secretVersion), dekId];
  if (fields.some((field) => field.length === 0 || field.length > maxField)) return null;
  return joined(fields);
}

/** Fields one after the other, each behind its length in 32 bits. */
function joined(fields: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(fields.reduce((sum, field) => sum + 4 + field.length, 0));
  const view = new DataView(whole.buffer);
  let at = 0;
  for (const field of fields) {
    view.setUint32(at, field.length);
    whole.set(field, at + 4);
    at += 4 + field.length;
  }
  return whole;
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
