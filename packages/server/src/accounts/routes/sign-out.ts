import { api } from "@portafilter/protocol";
import { type Route, route } from "../../http/route.ts";
import { cookies, removeCookie } from "../cookie.ts";
import type { Parts } from "../parts.ts";

/** Ends the session that asks. Without one, the cookie goes all the same. */
export function signOutRoute({ db, audit, sessions, forget }: Parts): Route {
  return route({
    method: "POST",
    path: "/api/v1/account/sign-out",
    operation: "signOut",
    summary: "Ends this sign-in.",
    auth: "none",
    rateLimit: "write",
    reply: api.nothing,
    async handle({ session, device, header }) {
      if (session !== null) {
        const { userId, sessionId } = session;
        await db.transaction(async (tx) => {
          await sessions.end(tx, userId, sessionId);
          await audit.append(tx, [{ userId, action: "session.ended", device }]);
        });
        // Another device of this account has its key fetched again.
        forget(userId);
      }
      header("set-cookie", removeCookie(cookies.session));
      // Pages kept for the back button go with the cache. Not "storage": the page empties its own, and
      // other tabs may hold what an anonymous visitor typed there.
      header("clear-site-data", '"cache"');
      return {};
    },
  });
}
