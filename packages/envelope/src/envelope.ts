import { randomBytes, timingSafeEqual } from "node:crypto";
import { encodeContext, type SecretContext } from "./context.ts";
import type { DataKey } from "./data-key.ts";
import { deriveRecordKeys } from "./derive.ts";
import { EnvelopeError } from "./envelope-error.ts";
import { ivLength, open, seal } from "./gcm.ts";
import { formatRecord, isValueLength, parseRecord, saltLength } from "./record.ts";

/**
 * Seals a secret of 1 byte to 64 KiB. Leaves `plaintext` to the caller, who wipes it.
 * @throws EnvelopeError when the plaintext or its context cannot be sealed; Error when the key was
 * wiped.
 */
export function encrypt(dek: DataKey, context: SecretContext, plaintext: Uint8Array): Uint8Array {
  const associated = encodeContext(context, dek.id);
  if (associated === null || !isValueLength(plaintext.length)) throw new EnvelopeError("encrypt");
  // From the system at each call: a pool of them would be handed out twice after a fork.
  const salt = randomBytes(saltLength);
  const iv = randomBytes(ivLength);
  const keys = deriveRecordKeys(dek, salt);
  try {
    const sealed = seal(keys.encryption, iv, associated, plaintext);
    const { commitment } = keys;
    const record = formatRecord({ dekId: dek.id, salt, commitment, iv, ...sealed });
    if (record === null) throw new EnvelopeError("encrypt");
    return record;
  } finally {
    keys.wipe();
  }
}

/**
 * Opens a record that {@link encrypt} made under the same key and context.
 * @returns the plaintext: secret material, which the caller wipes.
 * @throws EnvelopeError, always with the same message, when anything at all is not as it was sealed;
 * Error when the key was wiped.
 */
export function decrypt(dek: DataKey, context: SecretContext, bytes: Uint8Array): Uint8Array {
  const plaintext = tryDecrypt(dek, context, bytes);
  if (plaintext === null) throw new EnvelopeError("decrypt");
  return plaintext;
}

function tryDecrypt(dek: DataKey, context: SecretContext, bytes: Uint8Array): Uint8Array | null {
  const record = parseRecord(bytes);
  if (record === null || !timingSafeEqual(record.dekId, dek.id)) return null;
  const associated = encodeContext(context, dek.id);
  if (associated === null) return null;
  const keys = deriveRecordKeys(dek, record.salt);
  try {
    // GCM alone lets one ciphertext open under two keys; the commitment names the one.
    if (!timingSafeEqual(record.commitment, keys.commitment)) return null;
    return open(keys.encryption, record.iv, associated, record);
  } finally {
    keys.wipe();
  }
}
