import * as z from "zod";

const longest = 1024;

/** A wrapped key as Transit writes it: `vault:v<key version>:<base64>`. */
const wrappedKey = z
  .string()
  .max(longest)
  .regex(/^vault:v[1-9]\d{0,8}:[A-Za-z0-9+/]+={0,2}$/);

/** Whether a stored text can be a wrapped key at all. */
export function isWrappedKey(text: string): boolean {
  return wrappedKey.safeParse(text).success;
}

/** The version of the key-encryption key that a wrapped key names. */
export function keyVersionOf(wrapped: string): number {
  return Number(/^vault:v(\d+):/.exec(wrapped)?.[1]);
}

/** A key that was just wrapped; an answer that names two versions is none. */
export const wrappedAnswer = z
  .object({ ciphertext: wrappedKey, key_version: z.int() })
  .refine(({ ciphertext, key_version }) => keyVersionOf(ciphertext) === key_version)
  .transform(({ ciphertext, key_version }) => ({ wrapped: ciphertext, version: key_version }));

/** Base64 of a key of 256 bit. Becomes the bytes: secret material, in a buffer of their own. */
export const plainKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/)
  .transform((text) => {
    const bytes = new Uint8Array(32);
    // Buffer.from(text) would put it into memory that is shared with other buffers.
    Buffer.from(bytes.buffer).write(text, "base64");
    return bytes;
  });
