import { betterAuth } from "better-auth/minimal";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import type { Log } from "../../log.ts";
import { createAdapter } from "../better-auth/adapter.ts";
import { betterAuthOptions } from "../better-auth/options.ts";
import type { Provider } from "../config.ts";
import type { Parts } from "../parts.ts";
import { readClaims } from "./claims.ts";
import { discover, discoveryUrl } from "./discovery.ts";

/**
 * better-auth for one provider: code flow with PKCE, state and nonce, ID token verified with the keys
 * that the provider publishes. An identity is issuer and subject; an email never is one.
 * @throws Error when the provider cannot be used just now.
 */
async function createOidcEngine(parts: Parts, log: Log, provider: Provider) {
  const discovered = await discover(provider);
  const plugin = genericOAuth({
    config: [
      {
        providerId: provider.id,
        discoveryUrl: discoveryUrl(provider),
        clientId: provider.clientId,
        ...(provider.clientSecret === undefined
          ? {}
          : { clientSecret: provider.clientSecret, authentication: "basic" as const }),
        scopes: ["openid", "email"],
        pkce: true,
        requireIdTokenVerification: true,
        getUserInfo: async (tokens) => {
          const { subject, email, isVerified } = await readClaims(provider, discovered, tokens);
          return {
            id: subject,
            sub: subject,
            email: email ?? "",
            emailVerified: isVerified,
            name: "",
          };
        },
        accountSubject: ({ profile }) => `${provider.issuer} ${String(profile.sub)}`,
      },
    ],
  });
  const options = betterAuthOptions(parts.config, log, [plugin]);
  const adapter = await createAdapter(parts, options);
  const engine = betterAuth({ ...options, database: () => adapter });
  const { socialProviders } = await engine.$context;
  if (!socialProviders.some(({ id }) => id === provider.id)) {
    throw new Error("the provider's description of itself cannot be used");
  }
  return engine;
}

type OidcEngine = Awaited<ReturnType<typeof createOidcEngine>>;

/** Milliseconds after which a provider is asked again where it is. */
const lifetime = 60 * 60 * 1000;

/** The engine of each provider, made when it is first needed: one that is down keeps nothing from starting. */
export function createOidcEngines(parts: Parts, log: Log) {
  const engines = new Map<string, Readonly<{ made: Promise<OidcEngine>; until: number }>>();
  return (provider: Provider): Promise<OidcEngine> => {
    const kept = engines.get(provider.id);
    if (kept !== undefined && kept.until > parts.now()) return kept.made;
    const made = createOidcEngine(parts, log, provider);
    engines.set(provider.id, { made, until: parts.now() + lifetime });
    made.catch(() => engines.delete(provider.id));
    return made;
  };
}
