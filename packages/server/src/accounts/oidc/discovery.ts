import * as z from "zod/mini";
import type { Provider } from "../config.ts";

/** Milliseconds that a provider may take to say where it is. */
const patience = 5_000;

const document = z.object({
  issuer: z.string(),
  userinfo_endpoint: z.optional(z.url()),
  code_challenge_methods_supported: z.optional(z.array(z.string())),
});
export type Discovered = z.infer<typeof document>;

/** Where a provider of OpenID Connect describes itself. */
export function discoveryUrl({ issuer }: Provider): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/**
 * Reads a provider's description of itself.
 * @throws Error when it does not answer, or is not the issuer of the settings: then it could speak in
 * another provider's name.
 */
export async function discover(provider: Provider): Promise<Discovered> {
  const response = await fetch(discoveryUrl(provider), {
    redirect: "error",
    signal: AbortSignal.timeout(patience),
  });
  if (!response.ok) throw new Error(`the provider answered ${String(response.status)}`);
  const found = document.parse(await response.json());
  if (found.issuer !== provider.issuer) throw new Error("the provider names another issuer");
  const methods = found.code_challenge_methods_supported;
  if (methods !== undefined && !methods.includes("S256")) {
    throw new Error("the provider does not take PKCE with S256");
  }
  return found;
}
