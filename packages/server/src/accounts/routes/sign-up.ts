import { api } from "@portafilter/protocol";
import { type Route, route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { normaliseEmail } from "../email.ts";
import { mails } from "../mail/messages.ts";
import type { Parts } from "../parts.ts";
import type { Tx } from "../ports.ts";
import { newId } from "../token.ts";
import * as users from "../users/store.ts";

/** Where an account with a password begins: by itself, or by following a link. */
export function signUpRoute(parts: Parts): Route {
  const { config, db, limits, passwords, sessions, knownDevices, background } = parts;
  return route({
    method: "POST",
    path: "/api/v1/account/sign-up",
    operation: "signUp",
    summary: "Creates an account, or sends the link that does.",
    auth: "none",
    rateLimit: "credentials",
    body: api.signUp,
    reply: api.signUpAnswer,
    problems: ["account_exists", "password_refused"],
    async handle({ body, address, device, request, header }) {
      const { mailer } = parts;
      const email = normaliseEmail(body.email);
      passwords.check(body.password);
      await (mailer === null ? limits.claim(address) : limits.mail(email, address));
      const password = await passwords.hash(body.password);
      if (mailer !== null) {
        // Looking for the account and sending would take a time that tells which of the two it was.
        background.run("mail.sign-up", async () => {
          const known = await users.findByEmail(db.kysely, email);
          const { platformOrigin: origin } = config;
          const mail =
            known === undefined
              ? mails.signUp(email, await parts.links.make({ purpose: "sign_up", email, password }))
              : mails.signUpKnown(email, `${origin}/sign-in`, `${origin}/forgot`);
          await mailer.send(mail);
        });
        return { next: "check_mail" as const };
      }
      const cookie = await db.transaction(async (tx) => {
        const userId = await createAccount(parts, tx, { email, password, isVerified: false });
        const created = { userId, action: "account.created" as const, device };
        return sessions.start(tx, userId, { headers: request.headers, device }, [created]);
      });
      header("set-cookie", cookie);
      header("set-cookie", knownDevices.remember(email));
      return { next: "signed_in" as const };
    },
  });
}

type Wanted = Readonly<{ email: string; password: string; isVerified: boolean }>;

/** Writes an account; the audit is the caller's. @returns its id. @throws Problem `account_exists` */
export async function createAccount(
  { now }: Parts,
  tx: Tx,
  { email, password, isVerified }: Wanted,
): Promise<string> {
  const at = new Date(now());
  const id = newId();
  const isNew = await users.insertAccount(tx, { id, email, isVerified, now: at });
  if (!isNew) throw new Problem("account_exists");
  await users.setPassword(tx, id, newId(), password, at);
  return id;
}
