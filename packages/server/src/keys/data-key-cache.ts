import type { DataKey } from "@portafilter/envelope";

/** Which key of which user. */
export type KeyRef = Readonly<{ userId: string; dekId: Uint8Array }>;

/** Data keys in memory, for a short while. What leaves it is wiped. */
export type DataKeyCache = {
  /** The key, which may be wiped at any later time: it must be used at once. */
  get(ref: KeyRef): DataKey | undefined;
  /** Takes the key over. */
  put(ref: KeyRef, key: DataKey): void;
  /** Forgets every key of a user. */
  drop(userId: string): void;
  dropAll(): void;
};

/** Most keys at once, and milliseconds after which one is forgotten, however often it was used. */
export type CacheLimits = Readonly<{ keys: number; age: number }>;

type Entry = Readonly<{ userId: string; key: DataKey; expiry: NodeJS.Timeout }>;

/** Forgets the key that was not used for the longest time when there are too many. */
export function createDataKeyCache({ keys, age }: CacheLimits): DataKeyCache {
  /** In the order of use: a Map keeps the order in which it was written. */
  const entries = new Map<string, Entry>();

  function forget(name: string): void {
    const entry = entries.get(name);
    if (entry === undefined) return;
    entries.delete(name);
    clearTimeout(entry.expiry);
    entry.key.wipe();
  }

  return {
    get(ref) {
      const name = nameOf(ref);
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      entries.delete(name);
      entries.set(name, entry);
      return entry.key;
    },

    put(ref, key) {
      const name = nameOf(ref);
      forget(name);
      const expiry = setTimeout(() => {
        forget(name);
      }, age).unref();
      entries.set(name, { userId: ref.userId, key, expiry });
      for (const oldest of entries.keys()) {
        if (entries.size <= keys) break;
        forget(oldest);
      }
    },

    drop(userId) {
      for (const [name, entry] of entries) if (entry.userId === userId) forget(name);
    },

    dropAll() {
      for (const name of entries.keys()) forget(name);
    },
  };
}

/** One name for a key of a user. The id's part has a fixed length, so no two share a name. */
export function nameOf({ userId, dekId }: KeyRef): string {
  return `${Buffer.from(dekId).toString("hex")} ${userId}`;
}
