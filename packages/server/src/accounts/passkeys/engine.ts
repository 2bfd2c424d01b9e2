import { passkey } from "@better-auth/passkey";
import { betterAuth } from "better-auth/minimal";
import type { Log } from "../../log.ts";
import { createAdapter } from "../better-auth/adapter.ts";
import { currentCeremony } from "../better-auth/ceremony.ts";
import { betterAuthOptions } from "../better-auth/options.ts";
import type { Parts } from "../parts.ts";
import * as users from "../users/store.ts";

/** What the device must have done: asked for a finger, a face or a PIN, not only been touched. */
function demandVerification(isVerified: boolean | undefined): void {
  if (isVerified !== true) throw new Error("the device did not make sure who it is");
}

/** better-auth with its passkeys: ceremonies of WebAuthn, whose challenges work once. */
export async function createPasskeyEngine(parts: Parts, log: Log) {
  const { platformOrigin } = parts.config;
  const plugin = passkey({
    rpID: new URL(platformOrigin).hostname,
    rpName: "Portafilter",
    origin: platformOrigin,
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    advanced: { webAuthnChallengeCookie: "passkey" },
    registration: {
      // better-auth would look for a session in its own cookie: ours was looked at by the route.
      requireSession: false,
      resolveUser: async () => {
        const userId = currentCeremony().session?.userId ?? "";
        const account = await users.findById(parts.db.kysely, userId);
        return { id: userId, name: account?.email ?? "" };
      },
      afterVerification: ({ verification, user }) => {
        demandVerification(verification.registrationInfo?.userVerified);
        if (user.id !== currentCeremony().session?.userId) throw new Error("another's challenge");
      },
    },
    authentication: {
      afterVerification: ({ verification }) => {
        demandVerification(verification.authenticationInfo.userVerified);
        currentCeremony().passkey = verification.authenticationInfo.credentialID;
      },
    },
    schema: {
      passkey: {
        modelName: "account_passkey",
        fields: {
          userId: "user_id",
          publicKey: "public_key",
          credentialID: "credential_id",
          deviceType: "device_type",
          backedUp: "backed_up",
          createdAt: "created_at",
        },
      },
    },
  });
  const options = betterAuthOptions(parts.config, log, [plugin]);
  const adapter = await createAdapter(parts, options);
  return betterAuth({ ...options, database: () => adapter });
}

export type PasskeyEngine = Awaited<ReturnType<typeof createPasskeyEngine>>;
