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
    /** Whether the names of all that were seen. */
    isNamed: boolean;
  }>;

/** Heads that were opened lately, so that one that is still in place is neither sent nor opened again. */
export type KnownHeads = Readonly<{
  get: (userId: string) => KnownHead | undefined;
  put: (userId: string, head: KnownHead) => void;
  drop: (userId: string) => void;
}>;

/**
 * Whether a head is still the stored one is asked in the statement that reads the rows, or locks it: by its
 * salt, which no other record has, and which nobody can put under another list without the data key.
 * @param most - entries in all heads together; the head that was not used for the longest time goes.
 */
export function createKnownHeads(most: number): KnownHeads {
  /** In the order of use: a Map keeps the order in which it was written. */
  const heads = new Map<string, KnownHead>();
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
    put(userId, head) {
      drop(userId);
      heads.set(userId, head);
      size += weight(head);
      for (const oldest of heads.keys()) {
        if (size <= most) break;
        drop(oldest);
      }
    },
    drop,
  };
}

function weight({ contents }: KnownHead): number {
  return contents.size + 1;
}
