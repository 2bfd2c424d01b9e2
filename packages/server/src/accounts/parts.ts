import type { Database } from "../db/database.ts";
import type { Background } from "./background.ts";
import type { AccountConfig } from "./config.ts";
import type { KnownDevices } from "./known-devices.ts";
import type { Links } from "./links/links.ts";
import type { Mailer } from "./mail/mailer.ts";
import type { Passwords } from "./passwords/passwords.ts";
import type { AuditPort, EventsPort, LimitsPort, Tx } from "./ports.ts";
import type { Sessions } from "./sessions/sessions.ts";

/** What the routes of accounts are made of. */
export type Parts = Readonly<{
  config: AccountConfig;
  db: Database;
  audit: AuditPort;
  events: EventsPort;
  limits: LimitsPort;
  sessions: Sessions;
  passwords: Passwords;
  knownDevices: KnownDevices;
  links: Links;
  /** Null where the operator gave no server for mail. */
  mailer: Mailer | null;
  background: Background;
  /**
   * Destroys the secrets of a user, as the first step of the transaction that deletes the account:
   * whoever writes secrets holds those, and needs the account's row after that.
   */
  erase: (tx: Tx, userId: string) => Promise<void>;
  /** Forgets keys and lists of a user that are in memory: after that, and at sign-out. */
  forget: (userId: string) => void;
  now: () => number;
}>;
