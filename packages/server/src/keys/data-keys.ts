import { createDek, DataKey } from "@portafilter/envelope";
import { type DataKeyCache, type KeyRef, nameOf } from "./data-key-cache.ts";
import { KeyServerError } from "./failure.ts";
import type { Transit } from "./transit.ts";

/** A data key as the database keeps it. */
export type StoredDek = KeyRef & { readonly wrapped: string };

/** Data keys in use, and the only way to them. All of it throws KeyServerError. */
export type DataKeys = {
  /** Makes a data key for a user. It is usable once the caller has stored it. */
  create(userId: string): Promise<StoredDek>;
  /**
   * Lends a data key to `work`, which must use it before it returns: it may be wiped right after, so
   * there is nothing to await in there. What `work` returns or throws is passed on.
   */
  use<T>(stored: StoredDek, work: (key: DataKey) => T): Promise<T>;
  /** Forgets a user's keys: at sign-out, revocation and rotation. Wanted ones on their way, too. */
  drop(userId: string): void;
  dropAll(): void;
};

type Fetch = { readonly userId: string; readonly key: Promise<DataKey> };

/** Joins the key server and the keys in memory. A key that many want at once is fetched once. */
export function createDataKeys(
  transit: Pick<Transit, "wrap" | "unwrap">,
  cache: DataKeyCache,
): DataKeys {
  const fetching = new Map<string, Fetch>();

  async function fetch(stored: StoredDek, isWanted: () => boolean): Promise<DataKey> {
    const key = new DataKey(stored.dekId, await transit.unwrap(stored));
    if (!isWanted()) {
      key.wipe();
      throw new KeyServerError("dropped");
    }
    cache.put(stored, key);
    return key;
  }

  function fetchOnce(stored: StoredDek): Promise<DataKey> {
    const name = nameOf(stored);
    const already = fetching.get(name);
    if (already !== undefined) return already.key;
    const mine: Fetch = {
      userId: stored.userId,
      key: fetch(stored, () => fetching.get(name) === mine).finally(() => {
        if (fetching.get(name) === mine) fetching.delete(name);
      }),
    };
    fetching.set(name, mine);
    return mine.key;
  }

  return {
    async create(userId) {
      const key = createDek();
      try {
        const { wrapped } = await key.lend((bytes) => transit.wrap(userId, bytes));
        // A key that cannot be had back would lose everything that is sealed with it.
        const again = await transit.unwrap({ userId, wrapped });
        const isSame = key.lend((bytes) => Buffer.compare(bytes, again) === 0);
        again.fill(0);
        if (!isSame) throw new KeyServerError("nonsense");
        return { userId, dekId: key.id, wrapped };
      } finally {
        key.wipe();
      }
    },

    async use(stored, work) {
      const key = cache.get(stored) ?? (await fetchOnce(stored));
      if (key.isWiped) throw new KeyServerError("dropped");
      return work(key);
    },

    drop(userId) {
      for (const [name, one] of fetching) if (one.userId === userId) fetching.delete(name);
      cache.drop(userId);
    },

    dropAll() {
      fetching.clear();
      cache.dropAll();
    },
  };
}
