import type { BetterAuthOptions, DBAdapter } from "better-auth";
import { getAdapter } from "better-auth/db/adapter";
import { Problem } from "../../problem.ts";
import { normaliseEmail } from "../email.ts";
import type { Parts } from "../parts.ts";
import { hasCredential } from "../passkeys/store.ts";
import type { Tx } from "../ports.ts";
import { newId } from "../token.ts";
import * as users from "../users/store.ts";
import { currentCeremony, notingProblems } from "./ceremony.ts";
import { sweepChallenges } from "./store.ts";

type Adapter = DBAdapter;
type Creation = Parameters<Adapter["create"]>[0];

type AdapterParts = Pick<Parts, "db" | "audit" | "sessions" | "knownDevices" | "now">;

/**
 * better-auth's way to our database. Reading, challenges and passkeys go to its tables by its own
 * adapter; accounts, identities and sessions are made by us, in one transaction with the audit, so
 * that every sign-in of whatever kind begins in `sessions.start` and only a token's hash is stored.
 */
export async function createAdapter(
  parts: AdapterParts,
  options: BetterAuthOptions,
): Promise<Adapter> {
  const { db } = parts;
  const inner = (on: unknown) =>
    getAdapter({
      ...options,
      database: { db: on as typeof db.kysely, type: "postgres", transaction: false },
    });
  const ours = (adapter: Adapter, inTransaction: InTransaction): Adapter =>
    noting({
      ...adapter,
      create: (async (creation: Creation) => {
        if (creation.model === "session") return startSession(parts, creation.data, inTransaction);
        if (creation.model === "user") return createUser(parts, creation.data, inTransaction);
        if (creation.model === "account") {
          return createIdentity(parts, creation.data, inTransaction);
        }
        if (creation.model === "verification") {
          await inTransaction((tx) => sweepChallenges(tx, new Date(parts.now())));
        }
        if (creation.model !== "passkey") return adapter.create(creation);
        return inTransaction(async (tx) => {
          const { session, device } = currentCeremony();
          const userId = session?.userId ?? "";
          await users.lockAccount(tx, userId);
          // A sign-in that was ended meanwhile leaves no way back in.
          if (session === null || !(await parts.sessions.lives(session, tx))) {
            throw new Problem("signed_out");
          }
          const made = await (await inner(tx)).create(creation);
          await parts.audit.append(tx, [{ userId, action: "account.passkey_added", device }]);
          return made;
        });
      }) as Adapter["create"],
      findMany: (async (query: Parameters<Adapter["findMany"]>[0]) => {
        const { comesBackTo } = currentCeremony();
        if (query.model !== "verification" || comesBackTo === null) return adapter.findMany(query);
        // better-auth reads the state of a sign-in first and deletes it later; of all who come with it
        // at once, one shall have it.
        const taken = await adapter.consumeOne({ model: query.model, where: query.where ?? [] });
        return isStateFor(taken, comesBackTo) ? [taken] : [];
      }) as Adapter["findMany"],
      transaction: (work) =>
        db.transaction(async (tx) => work(ours(await inner(tx), (within) => within(tx)))),
    });
  return ours(await inner(db.kysely), (work) => db.transaction(work));
}

/** Every method remembers a Problem of ours, which better-auth would swallow. */
function noting(adapter: Adapter): Adapter {
  const methods = Object.entries(adapter).map(([name, method]) => [
    name,
    typeof method === "function"
      ? (...given: unknown[]) =>
          notingProblems(() => (method as (...all: unknown[]) => Promise<unknown>)(...given))
      : method,
  ]);
  return Object.fromEntries(methods) as Adapter;
}

type InTransaction = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
type Data = Record<string, unknown>;

async function startSession(parts: AdapterParts, data: Data, inTransaction: InTransaction) {
  const ceremony = currentCeremony();
  const { session, device, passkey } = ceremony;
  const userId = textOf(data, "userId");
  const cookies = await inTransaction(async (tx) => {
    const account = await users.lockAccount(tx, userId);
    if (account === undefined) throw new Problem("signed_out");
    // It was looked at before the account was locked, and may have been removed in between.
    if (passkey !== null && !(await hasCredential(tx, userId, passkey))) {
      throw new Problem("passkey_refused");
    }
    if (session?.userId !== userId) {
      const remembered = parts.knownDevices.remember(account.email);
      return [await parts.sessions.start(tx, userId, ceremony), remembered];
    }
    // Somebody who is signed in already proved it again: this is the same sign-in.
    const renewed = await parts.sessions.confirm(tx, session.sessionId);
    if (renewed === null) throw new Problem("signed_out");
    await parts.audit.append(tx, [{ userId, action: "session.confirmed", device }]);
    return [renewed];
  });
  ceremony.cookies.push(...cookies);
  // The token is in our cookie alone; better-auth signs this one into a cookie that never leaves.
  return { ...data, id: newId(), token: newId() };
}

async function createUser({ now }: AdapterParts, data: Data, inTransaction: InTransaction) {
  const { trustsEmail } = currentCeremony();
  const email = normaliseEmail(textOf(data, "email"));
  // An account with somebody else's email would wait for them to reset its password.
  if (data.emailVerified !== true && !trustsEmail) throw new Problem("wrong_credentials");
  const id = newId();
  const at = new Date(now());
  const isNew = await inTransaction((tx) =>
    users.insertAccount(tx, { id, email, isVerified: true, now: at }),
  );
  if (!isNew) throw new Problem("account_exists");
  return { id, email, emailVerified: true, name: "", image: null, createdAt: at, updatedAt: at };
}

async function createIdentity(parts: AdapterParts, data: Data, inTransaction: InTransaction) {
  const at = new Date(parts.now());
  const identity = {
    id: newId(),
    userId: textOf(data, "userId"),
    providerId: textOf(data, "providerId"),
    accountId: textOf(data, "accountId"),
  };
  const { userId } = identity;
  const { device } = currentCeremony();
  await inTransaction(async (tx) => {
    await users.insertIdentity(tx, { ...identity, now: at });
    await parts.audit.append(tx, [{ userId, action: "account.created", device }]);
  });
  return { ...identity, createdAt: at, updatedAt: at };
}

/** Whether a sign-in was begun for this end: at the provider that it comes back from. */
function isStateFor(row: unknown, end: string): boolean {
  const { value } = (row ?? {}) as { value?: unknown };
  if (typeof value !== "string") return false;
  return (JSON.parse(value) as { callbackURL?: unknown }).callbackURL === end;
}

function textOf(data: Data, name: string): string {
  const value = data[name];
  if (typeof value !== "string") throw new TypeError(`better-auth gave no ${name}`);
  return value;
}
