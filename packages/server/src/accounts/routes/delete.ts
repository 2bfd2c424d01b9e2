import { api } from "@portafilter/protocol";
import { type Route, route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { cookies, removeCookie } from "../cookie.ts";
import { normaliseEmail } from "../email.ts";
import type { Parts } from "../parts.ts";
import * as users from "../users/store.ts";

/**
 * Deletes an account with all that hangs on it, in one transaction. Its wrapped data keys go, so what
 * backups of the secrets hold cannot be read without backups of those.
 */
export function deleteRoute({ db, audit, sessions, erase, forget }: Parts): Route {
  return route({
    method: "POST",
    path: "/api/v1/account/delete",
    operation: "deleteAccount",
    summary: "Deletes the account and everything in it.",
    auth: "fresh",
    rateLimit: "credentials",
    body: api.deleteAccount,
    reply: api.nothing,
    async handle({ body, session: { userId }, header }) {
      const email = normaliseEmail(body.email);
      await db.transaction(async (tx) => {
        await erase(tx, userId);
        const account = await users.lockAccount(tx, userId);
        if (account === undefined) throw new Problem("signed_out");
        // Typed as a proof that it is meant.
        if (account.email !== email) throw new Problem("bad_request");
        await sessions.endAll(tx, userId, null);
        await users.deleteAccount(tx, userId);
        await audit.erase(tx, userId);
      });
      forget(userId);
      header("set-cookie", removeCookie(cookies.session));
      header("set-cookie", removeCookie(cookies.device));
      header("clear-site-data", '"cache"');
      return {};
    },
  });
}
