import { api } from "@portafilter/protocol";
import { type Route, route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { normaliseEmail } from "../email.ts";
import { mails } from "../mail/messages.ts";
import type { Parts } from "../parts.ts";
import * as passkeys from "../passkeys/store.ts";
import { newId } from "../token.ts";
import * as users from "../users/store.ts";

/** A forgotten password: the link that is sent, and what it does. */
export function forgotRoutes(parts: Parts): Route[] {
  return [forgotRoute(parts), resetRoute(parts)];
}

function forgotRoute({ db, limits, links, mailer, background }: Parts): Route {
  return route({
    method: "POST",
    path: "/api/v1/account/forgot",
    operation: "forgotPassword",
    summary: "Sends a link to choose another password, where there is such an account.",
    auth: "none",
    rateLimit: "mail",
    body: api.forgot,
    reply: api.nothing,
    problems: ["not_found"],
    async handle({ body, address }) {
      if (mailer === null) throw new Problem("not_found");
      const email = normaliseEmail(body.email);
      await limits.mail(email, address);
      // Everything that differs between known and unknown happens after the answer.
      background.run("mail.reset", async () => {
        const account = await users.findByEmail(db.kysely, email);
        if (account === undefined) return;
        const link = await links.make({ purpose: "reset", userId: account.id });
        await mailer.send(mails.reset(email, link));
      });
      return {};
    },
  });
}

function resetRoute({ db, audit, links, passwords, sessions, now }: Parts): Route {
  return route({
    method: "POST",
    path: "/api/v1/account/reset",
    operation: "resetPassword",
    summary: "Sets another password by a link, removes all passkeys and ends every sign-in.",
    auth: "none",
    rateLimit: "credentials",
    body: api.reset,
    reply: api.nothing,
    problems: ["link_expired", "password_refused"],
    async handle({ body, device }) {
      // Looked at first, so that nobody without a link makes us hash; a password that is refused leaves it.
      const { userId } = await links.read(body.token, ["reset"]);
      const hash = await passwords.hash(body.password);
      await db.transaction(async (tx) => {
        await users.lockAccount(tx, userId);
        await links.use(tx, body.token, "reset");
        await users.setPassword(tx, userId, newId(), hash, new Date(now()));
        await links.forget(tx, userId);
        // Whoever was in the account before, its owner cannot tell which of them are theirs.
        const removed = await passkeys.deletePasskeys(tx, userId);
        await sessions.endAll(tx, userId, null);
        await audit.append(tx, [
          { userId, action: "account.password_reset", device },
          ...Array.from({ length: removed }, () => {
            return { userId, action: "account.passkey_removed" as const, device };
          }),
          { userId, action: "session.all_ended", device },
        ]);
      });
      return {};
    },
  });
}
