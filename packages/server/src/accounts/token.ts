import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";

/** Secret material: 256 random bits as 43 characters of base64url. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** An id that says nothing: 128 random bits as base64url. */
export function newId(): string {
  return randomBytes(16).toString("base64url");
}

/** Whether `text` may be a token of ours at all. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** What is stored instead of a token. A token is random, so one plain SHA-256 is enough. */
export function hashOfToken(token: string): Buffer {
  return hash("sha256", token, "buffer");
}

/** A seal on `text` that only the holder of `secret` can make. */
export function sealOf(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
