import type { Route } from "../../http/route.ts";
import { sessionRoute } from "../../http/session-route.ts";
import type { Parts } from "../parts.ts";
import * as users from "../users/store.ts";

/** Who is signed in, and what this server offers. */
export function accountSessionRoute({ config, db, mailer }: Parts): Route {
  const offers = {
    accounts: true,
    mail: mailer !== null,
    providers: config.providers.map(({ id, name }) => ({ id, name })),
  };
  return sessionRoute(async ({ session }) => {
    const account = session === null ? undefined : await users.findById(db.kysely, session.userId);
    if (session === null || account === undefined) return { user: null, fresh: false, offers };
    const { id, email, password } = account;
    const passkeys = await users.countPasskeys(db.kysely, id);
    return {
      user: { id, email, hasPassword: password !== null, passkeys },
      fresh: session.isFresh,
      offers,
    };
  });
}
