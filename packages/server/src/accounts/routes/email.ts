import { api } from "@portafilter/protocol";
import { type Route, route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { normaliseEmail } from "../email.ts";
import { mails } from "../mail/messages.ts";
import type { Parts } from "../parts.ts";
import type { AuditEvent, Tx } from "../ports.ts";
import * as users from "../users/store.ts";
import { createAccount } from "./sign-up.ts";

/** Another email, and the link that proves one. */
export function emailRoutes(parts: Parts): Route[] {
  return [changeRoute(parts), verifyRoute(parts)];
}

function changeRoute(parts: Parts): Route {
  const { config, db, audit, limits, links, sessions, knownDevices, mailer, background } = parts;
  return route({
    method: "POST",
    path: "/api/v1/account/email",
    operation: "changeEmail",
    summary: "Changes the email, or sends the link to the new address that does.",
    auth: "fresh",
    rateLimit: "mail",
    body: api.changeEmail,
    reply: api.changeEmailAnswer,
    problems: ["account_exists"],
    async handle({ body, session, address, device, header }) {
      const { userId, sessionId } = session;
      const email = normaliseEmail(body.email);
      if (mailer !== null) {
        await limits.mail(email, address);
        // Made for a taken address too: whether it is taken is looked at after the answer.
        const { old, link } = await db.transaction(async (tx) => {
          const account = await users.lockAccount(tx, userId);
          // Whoever ended this sign-in meanwhile made its links void, and shall not overlook this one.
          if (account === undefined || !(await sessions.lives(session, tx))) {
            throw new Problem("signed_out");
          }
          const made = await links.make({ purpose: "email", userId, email }, tx);
          return { old: account.email, link: made };
        });
        if (old !== email) {
          background.run("mail.email-asked", () => mailer.send(mails.changeEmailAsked(old)));
        }
        background.run("mail.change-email", async () => {
          const known = await users.findByEmail(db.kysely, email);
          const { platformOrigin: origin } = config;
          await mailer.send(
            known === undefined
              ? mails.changeEmail(email, link)
              : mails.signUpKnown(email, `${origin}/sign-in`, `${origin}/forgot`),
          );
        });
        return { next: "check_mail" as const };
      }
      await limits.claim(address);
      const cookie = await db.transaction(async (tx) => {
        await moveTo(parts, tx, { userId, email, except: sessionId });
        const renewed = await sessions.renew(tx, sessionId);
        if (renewed === null) throw new Problem("signed_out");
        await audit.append(tx, moved(userId, device));
        return renewed;
      });
      header("set-cookie", cookie);
      header("set-cookie", knownDevices.remember(email));
      return { next: "changed" as const };
    },
  });
}

function verifyRoute(parts: Parts): Route {
  const { db, audit, links, knownDevices, mailer, background } = parts;
  return route({
    method: "POST",
    path: "/api/v1/account/verify-email",
    operation: "verifyEmail",
    summary: "Follows a link: creates the account, or changes the email. Signs nobody in.",
    auth: "none",
    rateLimit: "credentials",
    body: api.verifyEmail,
    reply: api.nothing,
    problems: ["link_expired", "account_exists"],
    async handle({ body, session, device, header }) {
      const link = await links.read(body.token, ["sign_up", "email"]);
      const old = await db.transaction(async (tx) => {
        if (link.purpose === "sign_up") {
          await links.use(tx, body.token, "sign_up");
          const userId = await createAccount(parts, tx, { ...link, isVerified: true });
          await audit.append(tx, [{ userId, action: "account.created", device }]);
          return null;
        }
        const { userId, email } = link;
        await users.lockAccount(tx, userId);
        await links.use(tx, body.token, "email");
        const except = session?.userId === userId ? session.sessionId : null;
        const before = await moveTo(parts, tx, { userId, email, except });
        await audit.append(tx, moved(userId, device));
        return before;
      });
      if (link.purpose === "email" && session?.userId === link.userId) {
        // It is known by the old email: its owner is not to wait because others guess at the new one.
        header("set-cookie", knownDevices.remember(link.email));
      }
      if (old !== null && mailer !== null) {
        background.run("mail.email-changed", () => mailer.send(mails.emailChanged(old)));
      }
      return {};
    },
  });
}

type Move = Readonly<{
  userId: string;
  email: string;
  /** The session that goes on. */
  except: string | null;
}>;

/**
 * Gives an account another email, ends its other sessions and makes void what was sent to the old one.
 * The audit is the caller's, who may have sessions to lock yet.
 * @returns the old email. @throws Problem `account_exists`, `signed_out`
 */
async function moveTo(parts: Parts, tx: Tx, { userId, email, except }: Move) {
  const account = await users.lockAccount(tx, userId);
  if (account === undefined) throw new Problem("signed_out");
  const isFree = await users.setEmail(tx, userId, email, new Date(parts.now()));
  if (!isFree) throw new Problem("account_exists");
  await parts.links.forget(tx, userId);
  await parts.sessions.endAll(tx, userId, except);
  return account.email;
}

/** What the audit says of it. */
function moved(userId: string, device: string | null): AuditEvent[] {
  return [
    { userId, action: "account.email_changed", device },
    { userId, action: "session.all_ended", device },
  ];
}
