import type { Database } from "../../db/database.ts";
import { Problem } from "../../problem.ts";
import type { Tx } from "../ports.ts";
import { hashOfToken, isToken, newToken } from "../token.ts";
import * as store from "./store.ts";

/** Milliseconds that a link is good for. */
const lifetime = 60 * 60 * 1000;

/** What following a link does. */
export type LinkMeaning =
  | Readonly<{ purpose: "sign_up"; email: string; password: string }>
  | Readonly<{ purpose: "reset"; userId: string }>
  | Readonly<{ purpose: "email"; userId: string; email: string }>;
type Purpose = LinkMeaning["purpose"];
type Meaning<P extends Purpose> = Extract<LinkMeaning, { purpose: P }>;

export type Links = Readonly<{
  /**
   * @param tx - the caller's transaction; without it, one of its own.
   * @returns the address to follow. Secret material: nothing else knows the token.
   */
  make: (meaning: LinkMeaning, tx?: Tx) => Promise<string>;
  /**
   * What a link stands for, without using it up.
   * @throws Problem `link_expired` for one that was used, is too old, or never was.
   */
  read: <P extends Purpose>(token: string, purposes: readonly P[]) => Promise<Meaning<P>>;
  /**
   * Uses a link up when the transaction commits; of all who try at once, one does. The account it is
   * about must be locked before: whoever makes links void does it in that order.
   * @throws Problem `link_expired`
   */
  use: (tx: Tx, token: string, purpose: Purpose) => Promise<void>;
  /** Makes void what was sent to a user: all of it, or what was for one purpose. */
  forget: (tx: Tx, userId: string, purpose?: Purpose) => Promise<void>;
}>;

type LinkPorts = Readonly<{ db: Database; platformOrigin: string; now: () => number }>;

/**
 * Links that are sent by mail and work once. The token is behind the `#`, so it reaches no server's
 * log; the rest comes from the settings, whatever Host a request names.
 */
export function createLinks({ db, platformOrigin, now }: LinkPorts): Links {
  return {
    async make(meaning, tx) {
      const token = newToken();
      const at = now();
      const row = {
        token_hash: hashOfToken(token),
        purpose: meaning.purpose,
        user_id: meaning.purpose === "sign_up" ? null : meaning.userId,
        email: meaning.purpose === "reset" ? null : meaning.email,
        password: meaning.purpose === "sign_up" ? meaning.password : null,
        created_at: new Date(at),
        expires_at: new Date(at + lifetime),
      };
      await (tx === undefined
        ? db.transaction((own) => store.insertLink(own, row))
        : store.insertLink(tx, row));
      const page = meaning.purpose === "reset" ? "reset" : "verify-email";
      return `${platformOrigin}/${page}#token=${token}`;
    },
    async read(token, purposes) {
      const row = isToken(token)
        ? await store.findLink(db.kysely, hashOfToken(token), purposes, new Date(now()))
        : undefined;
      const meaning = row && meaningOf(row);
      if (!isOneOf(meaning, purposes)) throw new Problem("link_expired");
      return meaning;
    },
    async use(tx, token, purpose) {
      const isOurs = await store.takeLink(tx, hashOfToken(token), purpose, new Date(now()));
      if (!isOurs) throw new Problem("link_expired");
    },
    forget: store.deleteLinks,
  };
}

function meaningOf(row: {
  purpose: Purpose;
  user_id: string | null;
  email: string | null;
  password: string | null;
}): LinkMeaning | undefined {
  const { purpose, user_id: userId, email, password } = row;
  if (purpose === "sign_up" && email !== null && password !== null) {
    return { purpose, email, password };
  }
  if (purpose === "email" && userId !== null && email !== null) return { purpose, userId, email };
  if (purpose === "reset" && userId !== null) return { purpose, userId };
  return undefined;
}

function isOneOf<P extends Purpose>(
  meaning: LinkMeaning | undefined,
  purposes: readonly P[],
): meaning is Meaning<P> {
  return purposes.some((purpose) => purpose === meaning?.purpose);
}
