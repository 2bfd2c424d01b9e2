import {
  createDek,
  DataKey,
  EnvelopeError,
  isMarkOf,
  type KeyMark,
  markOf,
} from "@portafilter/envelope";
import { type DataKeyCache, type KeyRef, nameOf } from "./data-key-cache.ts";
import { KeyServerError } from "./failure.ts";
import type { Transit } from "./transit.ts";

/** A data key as the database keeps it. */
export type StoredDek = KeyRef & { readonly wrapped: string };

/**
 * The same, with the mark of a record that was sealed under it. By that a wrong answer of the key server
 * shows: whatever were sealed under a wrong key would be lost with it.
 */
export type MarkedDek = StoredDek & { readonly mark: KeyMark };

/** Data keys in use, and the only way to them. All of it throws KeyServerError. */
export type DataKeys = {
  /**
   * Makes a data key for a user, which is usable once the caller has stored it, and lends it to `seal`
   * for a first record, by which it is known from then on.
   */
  create(
    userId: string,
    seal: (key: DataKey) => Uint8Array,
  ): Promise<{ dek: MarkedDek; record: Uint8Array }>;
  /**
   * Lends a data key to `work`, which must use it before it returns: it may be wiped right after, so
   * there is nothing to await in there. What `work` returns or throws is passed on.
   * @throws EnvelopeError when the key server twice gives another key than the mark names: then it is
   * rather the record that was changed.
   */
  use<T>(stored: MarkedDek, work: (key: DataKey) => T): Promise<T>;
  /** Whether a key is in memory, so that nobody is asked for it just now. */
  holds(ref: KeyRef): boolean;
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

  /** Every key in memory came this way, so none of them is a wrong one. */
  async function fetch(stored: MarkedDek, isWanted: () => boolean): Promise<DataKey> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const key = new DataKey(stored.dekId, await transit.unwrap(stored));
      if (isWanted() && isMarkOf(key, stored.mark)) {
        cache.put(stored, key);
        return key;
      }
      key.wipe();
      if (!isWanted()) throw new KeyServerError("dropped");
    }
    throw new EnvelopeError("decrypt");
  }

  function fetchOnce(stored: MarkedDek): Promise<DataKey> {
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
    async create(userId, seal) {
      const key = createDek();
      try {
        const { wrapped } = await key.lend((bytes) => transit.wrap(userId, bytes));
        // A key that cannot be had back would lose everything that is sealed with it.
        const again = await transit.unwrap({ userId, wrapped });
        const isSame = key.lend((bytes) => Buffer.compare(bytes, again) === 0);
        again.fill(0);
        if (!isSame) throw new KeyServerError("nonsense");
        const record = seal(key);
        return { dek: { userId, dekId: key.id, wrapped, mark: markOf(record) }, record };
      } finally {
        key.wipe();
      }
    },

    async use(stored, work) {
      const key = cache.get(stored) ?? (await fetchOnce(stored));
      if (key.isWiped) throw new KeyServerError("dropped");
      return work(key);
    },

    holds: (ref) => cache.get(ref) !== undefined,

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
