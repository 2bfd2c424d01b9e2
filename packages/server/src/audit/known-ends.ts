import { putNewest } from "../forget-oldest.ts";
import type { SealedHead } from "./chain.ts";

/** Ends of chains as this process wrote them last, whether or not that was committed. */
export type KnownEnds = Readonly<{
  /** Those of these events' accounts. */
  of: (events: readonly Readonly<{ userId: string }>[]) => ReadonlyMap<string, SealedHead>;
  put: (head: SealedHead) => void;
  drop: (userId: string) => void;
}>;

/**
 * Nothing depends on them being right: what is written behind one is written only where the stored end
 * is the same, column by column. @param most - beyond, the one that was written longest ago goes.
 */
export function createKnownEnds(most: number): KnownEnds {
  const ends = new Map<string, SealedHead>();
  return {
    of(events) {
      const found = new Map<string, SealedHead>();
      for (const { userId } of events) {
        const end = ends.get(userId);
        if (end !== undefined) found.set(userId, end);
      }
      return found;
    },
    put: (head) => {
      putNewest(ends, head.userId, head, most);
    },
    drop: (userId) => {
      ends.delete(userId);
    },
  };
}
