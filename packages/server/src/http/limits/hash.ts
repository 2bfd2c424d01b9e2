import { createHmac, hkdfSync } from "node:crypto";

/** Key under which limits are counted. Secret material: with it, emails in the table could be guessed. */
export type LimitKey = Readonly<{ bytes: Uint8Array }>;

/** The key of rate limits that belongs to the server's secret (`AUTH_SECRET`), of which it tells nothing. */
export function limitKey(authSecret: string | Uint8Array): LimitKey {
  const bytes = new Uint8Array(hkdfSync("sha256", authSecret, "", "portafilter limits v1", 32));
  return { bytes };
}

/** Under what something is counted, in hexadecimal: the same for the same parts, and telling none of them. */
export function counterOf(key: LimitKey, parts: readonly string[]): string {
  // As JSON, no two lists of texts are the same.
  return createHmac("sha256", key.bytes).update(JSON.stringify(parts)).digest("hex");
}
