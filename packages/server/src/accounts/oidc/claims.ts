import * as z from "zod/mini";
import type { Provider } from "../config.ts";
import type { Discovered } from "./discovery.ts";

/** Milliseconds that a provider may take to say who it is. */
const patience = 5_000;

const who = z.object({
  sub: z.string().check(z.minLength(1), z.maxLength(255)),
  email: z.optional(z.string()),
  email_verified: z.optional(z.union([z.boolean(), z.string()])),
});
const idTokenClaims = z.extend(who, { iss: z.string() });

/** Who a provider says somebody is. `subject` is what it never gives to anybody else. */
export type Claims = Readonly<{
  subject: string;
  email: string | undefined;
  isVerified: boolean;
}>;

/**
 * Reads an ID token, which was verified before (signature, issuer, audience, time, nonce), and asks the
 * provider for the email where the token has none. Secret material goes in.
 * @throws Error when they do not belong together.
 */
export async function readClaims(
  { issuer }: Provider,
  { userinfo_endpoint: userInfo }: Discovered,
  tokens: Readonly<{ idToken?: string | undefined; accessToken?: string | undefined }>,
): Promise<Claims> {
  if (tokens.idToken === undefined) throw new Error("the provider gave no ID token");
  const payload = Buffer.from(tokens.idToken.split(".")[1] ?? "", "base64url").toString();
  const claims = idTokenClaims.parse(JSON.parse(payload));
  if (claims.iss !== issuer) throw new Error("the ID token is of another issuer");
  if (claims.email !== undefined || userInfo === undefined) return claimsOf(claims);
  const response = await fetch(userInfo, {
    headers: { authorization: `Bearer ${tokens.accessToken ?? ""}` },
    redirect: "error",
    signal: AbortSignal.timeout(patience),
  });
  const more = who.parse(await response.json());
  // OpenID Connect Core, 5.3.2: else it may be about somebody else.
  if (more.sub !== claims.sub) throw new Error("the provider told of somebody else");
  return claimsOf(more);
}

function claimsOf({ sub, email, email_verified: verified }: z.infer<typeof who>): Claims {
  return { subject: sub, email, isVerified: verified === true || verified === "true" };
}
