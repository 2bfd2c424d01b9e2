import { limits } from "@portafilter/protocol";
import type { Database } from "../../db/database.ts";
import { joined } from "../../db/joined.ts";
import { putNewest } from "../../forget-oldest.ts";
import type { Session } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import { cookies, readCookie, setCookie } from "../cookie.ts";
import type { AuditEvent, AuditPort, EventsPort, Tx } from "../ports.ts";
import { hashOfToken, isToken, newId, newToken } from "../token.ts";
import * as store from "./store.ts";

const hour = 60 * 60 * 1000;
const day = 24 * hour;
/** A session that is not used for this long is over. */
const idle = 30 * day;
/** A session is over after this long, however much it is used. */
const absolute = 90 * day;
/** Devices of one account; the one used longest ago goes when there is one more. */
const most = 100;

/** Sessions that a process remembers, of a few hundred bytes each. */
const mostRemembered = 20_000;

/** A session as the visitor sees it. */
export type Device = Readonly<{
  id: string;
  device: string | null;
  startedAt: Date;
  lastSeenAt: Date;
}>;

export type Sessions = Readonly<{
  /**
   * Who is asking, by the cookie. One statement on an index, which those who ask at the same moment
   * share, and once an hour another that writes down that the session was used. Null for nobody, for a
   * session that is over, for two cookies. The first use of a token that {@link Sessions.confirm} gave
   * makes the one before it void.
   */
  of: (headers: Headers) => Promise<Session | null>;
  /**
   * Who asked with this cookie when {@link Sessions.of} last looked, unconfirmed. Null for whom it did not
   * see, or would have something to write about.
   */
  recall: (headers: Headers) => Session | null;
  /**
   * Whether a session is still there and not over, whatever its token is by now. Asking counts as using
   * it, except in the caller's transaction.
   */
  lives: (session: Pick<Session, "userId" | "sessionId">, tx?: Tx) => Promise<boolean>;
  /**
   * Starts a session, and ends the one that the browser had, whoever's it was. Writes the audit, so it
   * is the last step of the caller's transaction. @param before - what else happened to the account.
   * @returns the Set-Cookie header. Secret material.
   */
  start: (tx: Tx, userId: string, by: Browser, before?: readonly AuditEvent[]) => Promise<string>;
  /**
   * A new token, which is fresh, for a session that proved itself again. The one before stays what it was
   * until the new one is used: the answer may be lost, and the browser would be signed out.
   * @returns the Set-Cookie header, or null when the session is gone.
   */
  confirm: (tx: Tx, sessionId: string) => Promise<string | null>;
  /** The same, and the one before is void at once: whoever had a copy of it is to be out. */
  renew: (tx: Tx, sessionId: string) => Promise<string | null>;
  /** Ends one session. @returns whether this user had it. */
  end: (tx: Tx, userId: string, sessionId: string) => Promise<boolean>;
  /** Ends all sessions of a user but one. */
  endAll: (tx: Tx, userId: string, except: string | null) => Promise<void>;
  list: (userId: string) => Promise<Device[]>;
}>;

/** The browser that signs in: what it sent, and its name in words. */
export type Browser = Readonly<{ headers: Headers; device: string | null }>;

type SessionPorts = Readonly<{
  db: Database;
  audit: AuditPort;
  events: EventsPort;
  now: () => number;
}>;

/** Sessions, of which the database holds a hash only. */
export function createSessions({ db, audit, events, now }: SessionPorts): Sessions {
  const horizon = (): store.Horizon => ({
    createdAfter: new Date(now() - absolute),
    seenAfter: new Date(now() - idle),
  });
  /**
   * Those found lately, by their tokens' hashes. That says who had a token, never that it still stands: a token
   * never becomes somebody else's, but any server may have ended its session since.
   */
  const remembered = new Map<string, store.Found>();
  const find = joined((hashes: readonly string[]) =>
    store.findSessions(db.kysely, hashes, horizon()),
  );
  const tell = (tx: Tx, userId: string, sessionId: string) =>
    events.publish(tx, userId, { type: "session.ended" }, sessionId);
  const touch = async (session: Readonly<{ id: string; seen_at: Date }>) => {
    const at = now();
    if (session.seen_at.getTime() >= at - hour) return;
    await store.touchSession(db.kysely, session.id, new Date(at), new Date(at - hour));
  };
  const withToken = (token: string) => setCookie(cookies.session, token, absolute / day);
  const anotherToken =
    (put: typeof store.offerToken) =>
    async (tx: Tx, sessionId: string): Promise<string | null> => {
      const token = newToken();
      const isThere = await put(tx, sessionId, hashOfToken(token), new Date(now()));
      return isThere ? withToken(token) : null;
    };
  const tokenOf = (headers: Headers) => {
    const token = readCookie(headers, cookies.session);
    return token !== null && isToken(token) ? token : null;
  };
  const sessionOf = ({ id, user_id: userId, confirmed_at: at }: store.Found): Session => {
    return { userId, sessionId: id, isFresh: at.getTime() > now() - limits.freshness };
  };

  return {
    async of(headers) {
      const token = tokenOf(headers);
      if (token === null) return null;
      const hash = hashOfToken(token);
      const tokenHash = hash.toString("hex");
      let found = await find(tokenHash);
      // Somebody else may have begun it, or made it void, since it was found.
      if (found?.is_next && !(await store.beginToken(db.kysely, found.id, hash)))
        found = await find(tokenHash);
      if (found === undefined) {
        remembered.delete(tokenHash);
        return null;
      }
      await touch(found);
      putNewest(remembered, tokenHash, found, mostRemembered);
      return sessionOf(found);
    },

    recall(headers) {
      const token = tokenOf(headers);
      if (token === null) return null;
      const tokenHash = hashOfToken(token).toString("hex");
      const found = remembered.get(tokenHash);
      // One that was not used for an hour is written down as used, and one that is over by its age is over.
      if (found === undefined || found.seen_at.getTime() < now() - hour) return null;
      if (found.created_at.getTime() <= now() - absolute) return null;
      const refuse = () => {
        remembered.delete(tokenHash);
        return new Problem("signed_out");
      };
      return { ...sessionOf(found), unconfirmed: { tokenHash, refuse } };
    },

    async lives({ userId, sessionId }, tx) {
      const found = await store.findSession(tx ?? db.kysely, userId, sessionId, horizon());
      if (found !== undefined && tx === undefined) await touch(found);
      return found !== undefined;
    },

    async start(tx, userId, { headers, device }, before = []) {
      const old = tokenOf(headers);
      const owner = old === null ? undefined : await store.findOwner(tx, hashOfToken(old));
      if (owner !== undefined) {
        await store.deleteSession(tx, owner.user_id, owner.id);
        await tell(tx, owner.user_id, owner.id);
      }
      const token = newToken();
      const tokenHash = hashOfToken(token);
      await store.insertSession(tx, {
        id: newId(),
        userId,
        tokenHash,
        device,
        now: new Date(now()),
      });
      const displaced = await store.pruneSessions(tx, userId, horizon(), most);
      for (const id of displaced) await tell(tx, userId, id);
      const endedOf = [
        ...(owner === undefined ? [] : [owner.user_id]),
        ...displaced.map(() => userId),
      ];
      await audit.append(tx, [
        ...before,
        ...endedOf.map((of) => ({ userId: of, action: "session.ended" as const, device })),
        { userId, action: "session.started", device },
      ]);
      return withToken(token);
    },

    confirm: anotherToken(store.offerToken),
    renew: anotherToken(store.renewSession),

    async end(tx, userId, sessionId) {
      const wasThere = await store.deleteSession(tx, userId, sessionId);
      if (wasThere) await tell(tx, userId, sessionId);
      return wasThere;
    },

    async endAll(tx, userId, except) {
      for (const id of await store.deleteSessions(tx, userId, except)) await tell(tx, userId, id);
    },

    async list(userId) {
      const rows = await store.listSessions(db.kysely, userId, horizon());
      return rows.map(({ id, device, created_at, seen_at }) => ({
        id,
        device,
        startedAt: created_at,
        lastSeenAt: seen_at,
      }));
    },
  };
}
