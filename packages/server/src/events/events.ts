import { api } from "@portafilter/protocol";
import * as z from "zod/mini";
import type { Database } from "../db/database.ts";
import { channel, notify, type Tx } from "./store.ts";

/** Takes events of one account, in order. Must not throw. */
export type Listener = (event: api.AccountEvent) => void;

/** What happens to accounts, told on every server. */
export type Events = Readonly<{
  /**
   * Tells every server when the caller's transaction commits, and nobody when it does not.
   * @param sessionId - for `session.ended`: whose; without it, all of the account's.
   */
  publish: (tx: Tx, userId: string, event: api.AccountEvent, sessionId?: string) => Promise<void>;
  /**
   * Listens for one sign-in of an account. `resync` comes when some events may not have arrived.
   * @returns stops listening; may be called again.
   */
  subscribe: (userId: string, sessionId: string, listener: Listener) => () => void;
  /** Stops listening to the database. */
  close: () => Promise<void>;
}>;

/** What goes through the database. It is read by whoever may connect there, so it names no value. */
const notice = z.strictObject({
  user: z.string(),
  session: z.optional(z.string()),
  event: api.accountEvent,
});

/** What goes through the database, for a statement that sends it along (`store.ts`). As `publish`. */
export function noticeOf(userId: string, event: api.AccountEvent, sessionId?: string): string {
  const session = sessionId === undefined ? {} : { session: sessionId };
  return JSON.stringify({ user: userId, ...session, event });
}

type Subscriber = Readonly<{ sessionId: string; listener: Listener }>;

/** Starts listening. @throws what `db.listen` throws when the database cannot be reached. */
export async function createEvents(db: Pick<Database, "listen">): Promise<Events> {
  const accounts = new Map<string, Set<Subscriber>>();

  function take(payload: string): void {
    const parsed = notice.safeParse(parseJson(payload));
    // Whoever may NOTIFY could write anything; what is no notice of ours tells nothing.
    if (!parsed.success) return;
    const { user, session, event } = parsed.data;
    for (const { sessionId, listener } of [...(accounts.get(user) ?? [])]) {
      if (session === undefined || session === sessionId) listener(event);
    }
  }

  function resync(): void {
    for (const subscribers of [...accounts.values()]) {
      for (const { listener } of [...subscribers]) listener({ type: "resync" });
    }
  }

  const stop = await db.listen(channel, take, resync);

  return {
    publish: (tx, userId, event, sessionId) => notify(tx, noticeOf(userId, event, sessionId)),
    subscribe: (userId, sessionId, listener) => {
      const subscriber = { sessionId, listener };
      const subscribers = accounts.get(userId) ?? new Set();
      accounts.set(userId, subscribers.add(subscriber));
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0 && accounts.get(userId) === subscribers) accounts.delete(userId);
      };
    },
    close: stop,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
