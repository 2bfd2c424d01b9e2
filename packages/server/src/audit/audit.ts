import { type AppId, api } from "@portafilter/protocol";
import type { Database } from "../db/database.ts";
import { Problem } from "../problem.ts";
import { addAll, problemOf } from "./adding.ts";
import type { AuditKey } from "./hash.ts";
import { createKnownEnds } from "./known-ends.ts";
import { verifiedPage } from "./page.ts";
import { createRecorder } from "./recorder.ts";
import { type Draft, eraseChain, type Stored, type Tx, type Unplaced } from "./store.ts";

/** What happened. Never a value. */
export type AuditEvent = Readonly<{
  userId: string;
  action: api.AuditAction;
  app?: AppId | null;
  secret?: string | null;
  /** Browser and system in words (`http/device.ts`). */
  device?: string | null;
}>;

/** One hash chain of events for each account. */
export type Audit = Readonly<{
  /**
   * Writes events down in the caller's transaction, as its last step: from here to its end nobody else
   * adds to these accounts' chains.
   * @throws Problem `signed_out` for an account that was erased, `integrity_failure` for one whose
   * chain was tampered with. The transaction must be given up then.
   */
  append: (tx: Tx, events: readonly AuditEvent[]) => Promise<void>;
  /**
   * Writes an event down together with those of others, and resolves when it is there for good. What
   * the event tells of must not be given out when it rejects. Never inside a transaction.
   * @throws Problem as `append`, or `database_unavailable`.
   */
  record: (event: AuditEvent) => Promise<void>;
  /**
   * Writes events down by a statement of the caller's, which adds the draft (`adding` in `store.ts`) and
   * tells whose events it added. There is nothing in it of accounts whose chain's end this process does not know.
   * @returns those accounts. Nothing was written of the others: that is left to `record`, or in a transaction
   * to `append`. When `write` rejects, so does this, and nobody knows.
   */
  along: (
    events: readonly AuditEvent[],
    write: (draft: Draft) => Promise<ReadonlySet<string>>,
  ) => Promise<ReadonlySet<string>>;
  /**
   * The entries before the one numbered `before` (null: the newest), newest first.
   * @throws Problem `integrity_failure` when one of them is not what we wrote, or is missing; so is the
   * end of the list, where the page reaches it. Other pages are not looked at: `audit verify` does that.
   */
  page: (userId: string, before: number | null) => Promise<api.AuditPage>;
  /** Deletes an account's entries for ever, in the caller's transaction. */
  erase: (tx: Tx, userId: string) => Promise<void>;
}>;

/** Ends that are kept in memory, of a few hundred bytes each. */
const mostEnds = 20_000;

/** Entries on a page. */
const pageSize = 50;

export type AuditPorts = Readonly<{
  db: Pick<Database, "kysely" | "transaction">;
  key: AuditKey;
  now?: () => number;
  /** Told how many events one transaction of `record` wrote. */
  onBatch?: (events: number) => void;
}>;

export function createAudit({ db, key, now = Date.now, onBatch }: AuditPorts): Audit {
  const known = createKnownEnds(mostEnds);
  const recorder = createRecorder({ db, key, known, onBatch: onBatch ?? (() => undefined) });
  return {
    append: async (tx, events) => {
      const at = now();
      const unplaced = events.map((event) => place(event, at));
      const refused = await addAll(tx, key, unplaced, known);
      for (const { userId } of events) {
        const problem = problemOf(refused, userId);
        if (problem !== null) throw problem;
      }
    },
    record: (event) => recorder.record(place(event, now())),
    along: (events, write) => {
      const at = now();
      const unplaced = events.map((event) => place(event, at));
      return recorder.along(unplaced, write);
    },
    page: async (userId, before) => {
      const page = await verifiedPage({ db, key }, userId, before, pageSize);
      return { entries: page.entries.map(shown), before: page.before };
    },
    erase: (tx, userId) => eraseChain(tx, key, userId, now()),
  };
}

function place({ userId, action, app, secret, device }: AuditEvent, at: number): Unplaced {
  return {
    userId,
    at,
    action,
    app: text(app, 64),
    secret: text(secret, 128),
    device: text(device, 200),
  };
}

/** As PostgreSQL keeps it: no NUL, no half of a character, and bounded. */
function text(value: string | null | undefined, length: number): string | null {
  return value?.slice(0, length).replaceAll("\0", "\uFFFD").toWellFormed() ?? null;
}

function shown({ seq, at, action, app, secret, device }: Stored): api.AuditEntry {
  const entry = { seq, at: new Date(at).toISOString(), action, app, secret, device };
  const parsed = api.auditEntry.safeParse(entry);
  if (!parsed.success) throw new Problem("integrity_failure");
  return parsed.data;
}
