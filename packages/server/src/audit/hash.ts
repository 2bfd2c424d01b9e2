import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";

/** Key of the audit list's MACs. Secret material; only as good as it is kept from who can write the database. */
export type AuditKey = Readonly<{ object: KeyObject }>;

/** The audit key that belongs to the server's secret (`AUTH_SECRET`), of which it tells nothing. */
export function auditKey(authSecret: string | Uint8Array): AuditKey {
  const bytes = new Uint8Array(hkdfSync("sha256", authSecret, "", "portafilter audit v1", 32));
  // Made once: given as bytes, a key costs more at each use than the MAC itself.
  const object = createSecretKey(bytes);
  bytes.fill(0);
  return { object };
}

/** HMAC-SHA256. */
export function macOf(key: AuditKey, message: Uint8Array): Uint8Array {
  return createHmac("sha256", key.object).update(message).digest();
}

/** Whether two MACs are the same, in a time that does not tell where they differ. */
export function sameMac(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
