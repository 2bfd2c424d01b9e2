import type { KeyMark } from "@portafilter/envelope";
import type { StoredDek } from "../keys/data-keys.ts";
import type { Contents } from "./contents.ts";

/**
 * A list that was opened, the mark of the record that it came from, and which key that is sealed under. None
 * of it is secret.
 */
export type KnownHead = KeyMark &
  Readonly<{
    dek: StoredDek;
    edition: number;
    contents: Contents;
    names: Names | null;
  }>;

/**
 * Ids by the names that their rows had; null where those were not seen. A hint as to what an app means: what
 * vouches for a name is the digest in the list.
 */
export type Names = ReadonlyMap<string, string>;

/** Heads that were opened lately, so that one that is still in place is neither sent nor opened again. */
export type KnownHeads = Readonly<{
  get: (userId: string) => KnownHead | undefined;
  put: (userId: string, head: KnownHead) => void;
  /** Puts a hint right; null where there is no such secret. */
  learn: (userId: string, name: string, id: string | null) => void;
  drop: (userId: string) => void;
}>;

/**
 * Whether a head is still the stored one is asked in the statement that reads the rows, or locks it: by its
 * salt, which no other record has, and which nobody can put under another list without the data key.
 * @param most - entries in all heads together; the head that was not used for the longest time goes.
 */
export function createKnownHeads(most: number): KnownHeads {
  /** In the order of use: a Map keeps the order in which it was written. */
  const heads = new Map<string, Kept>();
  let size = 0;

  function drop(userId: string): void {
    const head = heads.get(userId);
    if (head === undefined) return;
    heads.delete(userId);
    size -= weight(head);
  }

  return {
    get(userId) {
      const head = heads.get(userId);
      if (head === undefined) return undefined;
      heads.delete(userId);
      heads.set(userId, head);
      return head;
    },
    put(userId, { dek, names, ...head }) {
      drop(userId);
      // The driver's short buffers are parts of larger ones, which they would keep.
      const own = { ...dek, dekId: Uint8Array.from(dek.dekId) };
      const kept = { ...head, dek: own, names: names && new Map(names) };
      heads.set(userId, kept);
      size += weight(kept);
      for (const oldest of heads.keys()) {
        if (size <= most) break;
        drop(oldest);
      }
    },
    learn(userId, name, id) {
      const names = heads.get(userId)?.names;
      if (!names || names.get(name) === (id ?? undefined)) return;
      names.delete(name);
      if (id === null) return;
      for (const [other, its] of names) if (its === id) names.delete(other);
      names.set(name, id);
    },
    drop,
  };
}

type Kept = KnownHead & Readonly<{ names: Map<string, string> | null }>;

function weight({ contents }: KnownHead): number {
  return contents.size + 1;
}
