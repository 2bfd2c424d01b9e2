import { createHash } from "node:crypto";

/** The first 16 hexadecimal digits of the content's SHA-256: enough to name a file by what is in it. */
export function contentHash(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
