import type { api } from "@portafilter/protocol";
import type { Database } from "../db/database.ts";

/** A transaction, as `Database.transaction` hands it out. */
export type Tx = Parameters<Parameters<Database["transaction"]>[0]>[0];

/** What happened to an account. */
export type AuditEvent = Readonly<{
  userId: string;
  action: api.AuditAction;
  device?: string | null;
}>;

/** What of the audit accounts write to. */
export type AuditPort = Readonly<{
  /** In the caller's transaction, as its last step. */
  append: (tx: Tx, events: readonly AuditEvent[]) => Promise<void>;
  /** Deletes all of an account's entries, in the caller's transaction, as its last step. */
  erase: (tx: Tx, userId: string) => Promise<void>;
  /** By itself; never within a transaction. */
  record: (event: AuditEvent) => Promise<void>;
}>;

/** What of the events accounts tell. */
export type EventsPort = Readonly<{
  /** Delivered when the caller's transaction commits. @param sessionId - only to that session. */
  publish: (tx: Tx, userId: string, event: api.AccountEvent, sessionId?: string) => Promise<void>;
}>;

/** Counts attempts to prove who somebody is, mails and new emails, for all servers together. */
export type LimitsPort = Readonly<{
  /**
   * Counts an attempt before it is made, so that parallel ones cannot pass together.
   * @param account - what identifies the account: the normalised email, whether or not it is known.
   * @param device - names a browser that signed in to this account before; null for any other.
   * @throws Problem `rate_limited`
   */
  begin: (account: string, address: string, device: string | null) => Promise<void>;
  /** The attempt was right: this address and browser start anew. */
  forgive: (account: string, address: string, device: string | null) => Promise<void>;
  /** Counts a mail that somebody asks to have sent. @throws Problem `rate_limited` */
  mail: (account: string, address: string) => Promise<void>;
  /** Counts an email that is taken without a mail that proves it. @throws Problem `rate_limited` */
  claim: (address: string) => Promise<void>;
}>;
