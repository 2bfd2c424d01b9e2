import { api, type Loads, loadsText } from "@portafilter/protocol";
import { codeOf } from "../api/api-error.ts";
import type { Client } from "../api/client.ts";
import type { SecretStore } from "./secret-store.ts";

/** An app waits this long at most for an answer that needs no person. */
const patience = 10_000;

/** The store of the account that is signed in, over the API. */
export function createAccountStore({ send }: Pick<Client, "send">): SecretStore {
  return {
    kind: "account",
    async use({ app, loads }, name) {
      try {
        const digest = await digestOf(loads);
        return await send({
          method: "POST",
          path: "/api/v1/secrets/use",
          body: { app, loads: digest, name } satisfies UseBody,
          reply: api.useAnswer,
          patience,
        });
      } catch {
        // Whatever the reason: what cannot be asked is not released, and not taken from elsewhere.
        return { standing: "unavailable" };
      }
    },
    async allow({ app, loads }, name, value, until) {
      try {
        return await send({
          method: "POST",
          path: "/api/v1/secrets/allow",
          body: { app, loads, name, value, until } satisfies AllowBody,
          reply: api.secretAnswer,
          patience,
        });
      } catch (error) {
        return { problem: codeOf(error) };
      }
    },
  };
}

type UseBody = typeof api.useSecret._zod.input;
type AllowBody = typeof api.allowSecret._zod.input;

/** What grants of the account are bound to. */
async function digestOf(loads: Loads): Promise<string> {
  const text = new TextEncoder().encode(loadsText(loads));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
