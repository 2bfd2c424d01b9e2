import { api } from "@portafilter/protocol";
import { codeOf } from "../api/api-error.ts";
import type { Client } from "../api/client.ts";
import type { SecretStore } from "./secret-store.ts";

/** An app waits this long at most for an answer that needs no person. */
const patience = 10_000;

/** The store of the account that is signed in, over the API. */
export function createAccountStore({ send }: Pick<Client, "send">): SecretStore {
  return {
    kind: "account",
    async use(app, name) {
      try {
        return await send({
          method: "POST",
          path: "/api/v1/secrets/use",
          body: { app, name } satisfies UseBody,
          reply: api.useAnswer,
          patience,
        });
      } catch {
        // Whatever the reason: what cannot be asked is not released, and not taken from elsewhere.
        return { standing: "unavailable" };
      }
    },
    async allow(app, name, value, until) {
      try {
        return await send({
          method: "POST",
          path: "/api/v1/secrets/allow",
          body: { app, name, value, until } satisfies AllowBody,
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
