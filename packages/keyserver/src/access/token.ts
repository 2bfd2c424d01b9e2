import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What is kept of a token: never the token. */
export type Token = {
  /** SHA-256 of the token, in hex. */
  readonly hash: string;
  readonly policies: readonly string[];
  /** Seconds since 1970. */
  readonly created: number;
  /** Seconds since 1970, or null when it does not expire. */
  readonly expires: number | null;
};

/** Makes a token of 256 random bits. The text is secret material and is shown once. */
export function mintToken(
  policies: readonly string[],
  lifetime: number | null,
  now = Math.floor(Date.now() / 1000),
): { readonly text: string; readonly token: Token } {
  const text = `pfk.${randomBytes(32).toString("base64url")}`;
  const expires = lifetime === null ? null : now + lifetime;
  return { text, token: { hash: hashToken(text), policies, created: now, expires } };
}

/** SHA-256 in hex. Enough for a token, which has 256 random bits; a password would need more. */
export function hashToken(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A name for a token that is safe to show and to log: it says nothing about the token. */
export function accessorOf(token: Token): string {
  return token.hash.slice(0, 24);
}

/**
 * The token a caller holds, or null: absent, unknown and expired are not told apart.
 * The look-up goes by hash, whose timing says nothing about the token; the hash found is compared in
 * constant time all the same.
 */
export function findToken(
  tokens: ReadonlyMap<string, Token>,
  text: string | undefined,
  now = Date.now() / 1000,
): Token | null {
  const hash = hashToken(text ?? "");
  const found = tokens.get(hash);
  const same = timingSafeEqual(Buffer.from(hash), Buffer.from(found?.hash ?? "".padEnd(64, "-")));
  if (found === undefined || !same) return null;
  return found.expires === null || now < found.expires ? found : null;
}
