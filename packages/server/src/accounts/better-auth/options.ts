import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import type { Log } from "../../log.ts";
import type { AccountConfig } from "../config.ts";
import { newId, sealOf } from "../token.ts";

/** Where better-auth believes its addresses begin; of them, only the providers' callback is one of ours. */
export const basePath = "/api/auth/oauth2";

const times = { createdAt: "created_at", updatedAt: "updated_at" } as const;

/** How better-auth is set: our tables, our cookies' names, and nothing that it would do by itself. */
export function betterAuthOptions<P extends BetterAuthPlugin[]>(
  { platformOrigin, secret }: AccountConfig,
  log: Log,
  plugins: P,
) {
  return {
    appName: "Portafilter",
    baseURL: platformOrigin,
    basePath,
    secret: sealOf(secret, "better-auth"),
    trustedOrigins: [platformOrigin],
    plugins,
    user: { modelName: "account", fields: { emailVerified: "email_verified", ...times } },
    session: {
      modelName: "account_session",
      fields: { userId: "user_id", expiresAt: "expires_at", token: "token_hash", ...times },
    },
    account: {
      modelName: "account_identity",
      fields: {
        userId: "user_id",
        providerId: "provider_id",
        accountId: "account_id",
        accessToken: "access_token",
        refreshToken: "refresh_token",
        idToken: "id_token",
        accessTokenExpiresAt: "access_token_expires_at",
        refreshTokenExpiresAt: "refresh_token_expires_at",
        ...times,
      },
      // Who has an email at a provider need not be who has the account with that email here.
      accountLinking: { enabled: false, disableImplicitLinking: true },
      updateAccountOnSignIn: false,
      storeStateStrategy: "database",
    },
    verification: {
      modelName: "account_challenge",
      fields: { expiresAt: "expires_at", ...times },
      storeIdentifier: "hashed",
    },
    advanced: {
      // The `__Host-` of the prefix is what makes them safe; better-auth's own switch adds another one.
      cookiePrefix: "__Host-portafilter",
      useSecureCookies: false,
      defaultCookieAttributes: { secure: true, httpOnly: true, sameSite: "lax", path: "/" },
      database: { generateId: newId, validateSchema: false },
    },
    // We count, by account as well, and before anything is looked at.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: "warn",
      disableColors: true,
      // What comes after the message may hold anything of a visitor's.
      log: (_level, message) => {
        log.debug({ said: message.slice(0, 200) }, "better-auth");
      },
    },
  } satisfies BetterAuthOptions;
}
