import { api } from "@portafilter/protocol";
import { type Route, route, type Session } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import type { Parts } from "../parts.ts";
import * as users from "../users/store.ts";
import { refuse, stillHolds } from "./sign-in.ts";

/** Makes the sign-in fresh again, with the password. */
export function confirmRoute(parts: Parts): Route {
  const { db, audit, sessions } = parts;
  return route({
    method: "POST",
    path: "/api/v1/account/confirm",
    operation: "confirm",
    summary: "Makes the sign-in fresh again.",
    auth: "session",
    rateLimit: "credentials",
    body: api.confirm,
    reply: api.nothing,
    problems: ["wrong_credentials"],
    async handle({ body, session, address, device, header }) {
      const { userId, sessionId } = session;
      const account = await provePassword(parts, session, body.password, { address, device });
      const cookie = await db.transaction(async (tx) => {
        await stillHolds(tx, account);
        const renewed = await sessions.confirm(tx, sessionId);
        if (renewed === null) throw new Problem("signed_out");
        await audit.append(tx, [{ userId, action: "session.confirmed", device }]);
        return renewed;
      });
      header("set-cookie", cookie);
      return {};
    },
  });
}

type From = Readonly<{ address: string; device: string | null }>;

/**
 * Makes sure of a signed-in visitor's password. Secret material goes in.
 * @returns the account as it was verified.
 * @throws Problem `wrong_credentials`, also where there is no password; `rate_limited`;
 * `signed_out` when the account is gone.
 */
export async function provePassword(
  parts: Parts,
  { userId, sessionId }: Session,
  password: string,
  { address, device }: From,
): Promise<users.Account> {
  const account = await users.findById(parts.db.kysely, userId);
  if (account === undefined) throw new Problem("signed_out");
  // Whoever holds a session used this browser before.
  await parts.limits.begin(account.email, address, sessionId);
  if (!(await parts.passwords.verify(password, account.password))) {
    refuse(parts, userId, device);
    throw new Problem("wrong_credentials");
  }
  await parts.limits.forgive(account.email, address, sessionId);
  return account;
}
