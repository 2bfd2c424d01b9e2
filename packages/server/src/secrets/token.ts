import { randomBytes } from "node:crypto";

const length = 16;

/** A new secret's id: 128 random bits, URL-safe, 22 characters. */
export function newSecretId(): string {
  return randomBytes(length).toString("base64url");
}

/** The 16 bytes that an id stands for; null for everything that {@link newSecretId} cannot have made. */
export function bytesOfSecretId(id: string): Uint8Array | null {
  const bytes = Buffer.from(id, "base64url");
  return bytes.length === length && bytes.toString("base64url") === id ? bytes : null;
}

/** The id that 16 bytes stand for. */
export function secretIdOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}
