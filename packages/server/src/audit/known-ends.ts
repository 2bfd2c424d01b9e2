import { putNewest } from "../forget-oldest.ts";
import type { SealedHead } from "./chain.ts";

/** Ends of chains as this process wrote them last, whether or not that was committed. */
export type KnownEnds = Readonly<{
  /** Those of these events' accounts. */
  of: (events: readonly Readonly<{ userId: string }>[]) => ReadonlyMap<string, SealedHead>;
  put: (head: SealedHead) => void;
  drop: (userId: string) => void;
  /**
   * Writes events and knows the new ends from then on. While that is under way, and after a failure, those of
   * their accounts are unknown: so is then whether they were written. @returns the accounts of the new ends.
   */
  moving: (
    events: readonly Readonly<{ userId: string }>[],
    write: () => Promise<readonly SealedHead[]>,
  ) => Promise<ReadonlySet<string>>;
}>;

/**
 * Nothing depends on them being right: what is written behind one is written only where the stored end
 * is the same, column by column. @param most - beyond, the one that was written longest ago goes.
 */
export function createKnownEnds(most: number): KnownEnds {
  const ends = new Map<string, SealedHead>();
  const put = (head: SealedHead) => {
    putNewest(ends, head.userId, head, most);
  };
  return {
    of(events) {
      const found = new Map<string, SealedHead>();
      for (const { userId } of events) {
        const end = ends.get(userId);
        if (end !== undefined) found.set(userId, end);
      }
      return found;
    },
    put,
    drop: (userId) => {
      ends.delete(userId);
    },
    async moving(events, write) {
      for (const { userId } of events) ends.delete(userId);
      const moved = await write();
      for (const head of moved) put(head);
      return new Set(moved.map(({ userId }) => userId));
    },
  };
}
