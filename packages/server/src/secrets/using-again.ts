import { joined } from "../db/joined.ts";
import { putNewest } from "../forget-oldest.ts";
import type { MarkedDek } from "../keys/data-keys.ts";
import { Problem } from "../problem.ts";
import type { By, Ports } from "./ports.ts";
import { type Again, seeAgain } from "./rows/again.ts";
import type { GrantRow } from "./rows/store.ts";
import type { Place } from "./sealing.ts";

/** What an app may have: a record that rows, held against the head, say is the one in use. Not its value. */
export type Granted = Readonly<{
  dek: MarkedDek;
  place: Place;
  /** Of the record. */
  salt: Uint8Array;
  grant: GrantRow;
  /** Of those rows (`rows/columns.ts`). */
  mark: string;
}>;

/** How many are remembered, of a kilobyte each. */
const most = 20_000;

/** What was granted here before: apps ask again, as their script runs anew for every click. */
export type Remembered = Readonly<{
  get: (userId: string, app: string, name: string) => Granted | undefined;
  put: (granted: Granted) => void;
  /**
   * The record in use and, in the same statement, the line that its value leaves, which is there for good
   * when this resolves. Null, and nothing is written, where anything is not as it was.
   */
  take: (by: By, granted: Granted, token: string | null) => Promise<Uint8Array | null>;
  forget: (userId: string) => void;
}>;

/**
 * Nothing depends on what is remembered being right: by the mark the database tells whether its rows are
 * still the ones that were verified, as it does for a known head by its salt.
 */
export function createRemembered({
  db,
  audit,
  dataKeys,
}: Pick<Ports, "db" | "audit" | "dataKeys">): Remembered {
  const all = new Map<string, Granted>();
  const see = joined((asked: readonly Again[]) => seeAgain(db.kysely, audit, asked));
  return {
    get: (userId, app, name) => all.get(keyOf(userId, app, name)),
    put(granted) {
      const { place, grant, dek } = granted;
      // The driver's short buffers are parts of larger ones, which they would keep.
      const salt = Uint8Array.from(granted.salt);
      const dekId = Uint8Array.from(dek.dekId);
      const kept = { ...granted, salt, dek: { ...dek, dekId } };
      putNewest(all, keyOf(place.userId, grant.app, place.name), kept, most);
    },
    async take(by, { dek, place: { name }, grant: { app }, mark }, token) {
      // Without the key the line would be there before the key server could be asked.
      if (!dataKeys.holds(dek)) return null;
      const key = keyOf(by.userId, app, name);
      const event = { ...by, action: "secret.used", app, secret: name } as const;
      try {
        const record = await see({ event, token, name, mark });
        // It would cost this account's next ones a statement, too.
        if (record === null && all.get(key)?.mark === mark) all.delete(key);
        return record;
      } catch (error) {
        if (error instanceof Problem) throw error;
        // The database refused it: which rows are in the way, and what is to be told, is for the long way.
        return null;
      }
    },
    forget(userId) {
      for (const key of all.keys()) if (key.startsWith(`${userId} `)) all.delete(key);
    },
  };
}

/** Neither a user's id nor an app's has a space in it. */
function keyOf(userId: string, app: string, name: string): string {
  return `${userId} ${app} ${name}`;
}
