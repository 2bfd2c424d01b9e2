import { api } from "@portafilter/protocol";
import { type Route, route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { mails } from "../mail/messages.ts";
import type { Parts } from "../parts.ts";
import { newId } from "../token.ts";
import * as users from "../users/store.ts";
import { provePassword } from "./confirm.ts";
import { stillHolds } from "./sign-in.ts";

/** Another password, or the first one of an account that signed in otherwise. */
export function passwordRoute(parts: Parts): Route {
  const { db, audit, links, passwords, sessions, mailer, background, now } = parts;
  return route({
    method: "POST",
    path: "/api/v1/account/password",
    operation: "changePassword",
    summary: "Sets another password and ends every other sign-in.",
    auth: "session",
    rateLimit: "credentials",
    body: api.changePassword,
    reply: api.nothing,
    problems: ["wrong_credentials", "password_refused", "confirm_needed"],
    async handle({ body, session, address, device, header }) {
      const { userId, sessionId, isFresh } = session;
      const account = await users.findById(db.kysely, userId);
      if (account === undefined) throw new Problem("signed_out");
      if (account.password === null) {
        // There is nothing to prove with but the sign-in itself.
        if (!isFresh) throw new Problem("confirm_needed");
      } else {
        await provePassword(parts, session, body.current, { address, device });
        // Nothing would change, though it would be said that it has.
        if (body.next === body.current) throw new Problem("password_refused");
      }
      const hash = await passwords.hash(body.next);
      const cookie = await db.transaction(async (tx) => {
        await stillHolds(tx, account);
        await users.setPassword(tx, userId, newId(), hash, new Date(now()));
        await links.forget(tx, userId);
        await sessions.endAll(tx, userId, sessionId);
        const renewed = await sessions.renew(tx, sessionId);
        if (renewed === null) throw new Problem("signed_out");
        await audit.append(tx, [
          { userId, action: "account.password_changed", device },
          { userId, action: "session.all_ended", device },
        ]);
        return renewed;
      });
      header("set-cookie", cookie);
      if (mailer !== null) {
        background.run("mail.password-changed", () =>
          mailer.send(mails.passwordChanged(account.email)),
        );
      }
      return {};
    },
  });
}
