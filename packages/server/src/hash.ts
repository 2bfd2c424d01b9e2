import { createHash, type Hash, hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** A running sha256. */
export function sha256(): Hash {
  return createHash("sha256");
}

/** The sha256 of `data` in hexadecimal. */
export function sha256Of(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

/**
 * The sha256 of the first `length` bytes of a file, or of the whole of it.
 * @throws the file system's error when it cannot be read.
 */
export async function sha256OfFile(path: string, length = Infinity): Promise<string> {
  const hash = sha256();
  if (length > 0) await pipeline(createReadStream(path, { end: length - 1 }), hash);
  return hash.digest("hex");
}
