import { api } from "@portafilter/protocol";
import { type Route, route } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { normaliseEmail } from "../email.ts";
import type { Parts } from "../parts.ts";
import type { Tx } from "../ports.ts";
import { newId } from "../token.ts";
import * as users from "../users/store.ts";

/** Email and password. */
export function signInRoute(parts: Parts): Route {
  const { db, sessions, passwords, limits, knownDevices } = parts;
  return route({
    method: "POST",
    path: "/api/v1/account/sign-in",
    operation: "signIn",
    summary: "Signs in with email and password.",
    auth: "none",
    rateLimit: "credentials",
    body: api.signIn,
    reply: api.nothing,
    problems: ["wrong_credentials"],
    async handle({ body, address, device, request, header }) {
      const email = normaliseEmail(body.email);
      const { headers } = request;
      const known = knownDevices.idOf(headers, email);
      await limits.begin(email, address, known);
      const account = await users.findByEmail(db.kysely, email);
      const isRight = await passwords.verify(body.password, account?.password ?? null);
      if (account === undefined || !isRight) {
        if (account !== undefined) refuse(parts, account.id, device);
        throw new Problem("wrong_credentials");
      }
      const better = await rehash(parts, account.password, body.password);
      const cookie = await db.transaction(async (tx) => {
        await stillHolds(tx, account);
        if (better !== null) {
          await users.setPassword(tx, account.id, newId(), better, new Date(parts.now()));
        }
        return sessions.start(tx, account.id, { headers, device });
      });
      await limits.forgive(email, address, known);
      header("set-cookie", cookie);
      header("set-cookie", knownDevices.remember(email));
      return {};
    },
  });
}

/** Writes down a refusal, without making its answer slower than that for an unknown account. */
export function refuse({ background, audit }: Parts, userId: string, device: string | null): void {
  background.run("audit.refused", () =>
    audit.record({ userId, action: "session.refused", device }),
  );
}

/**
 * Locks the account, and makes sure that what was verified before still holds: in between somebody may
 * have changed the password, and no session of the old one may begin after that.
 * @throws Problem `wrong_credentials`
 */
export async function stillHolds(tx: Tx, verified: users.Account): Promise<void> {
  const now = await users.lockAccount(tx, verified.id);
  if (now?.email !== verified.email || now.password !== verified.password) {
    throw new Problem("wrong_credentials");
  }
}

/** A hash with today's parameters, where the stored one has others. Secret material goes in. */
async function rehash(
  { passwords }: Parts,
  known: string | null,
  password: string,
): Promise<string | null> {
  if (known === null || !passwords.isOutdated(known)) return null;
  try {
    return await passwords.hash(password);
  } catch (error) {
    // What counted as a good password once still opens the account.
    if (error instanceof Problem && error.code === "password_refused") return null;
    throw error;
  }
}
