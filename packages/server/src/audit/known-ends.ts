import { forgetOldest } from "../forget-oldest.ts";
import type { SealedHead } from "./chain.ts";

/** Ends of chains as this process committed them last. */
export type KnownEnds = Readonly<{
  get: (userId: string) => SealedHead | undefined;
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
    get: (userId) => ends.get(userId),
    put: (head) => {
      ends.delete(head.userId);
      ends.set(head.userId, head);
      forgetOldest(ends, most);
    },
    drop: (userId) => {
      ends.delete(userId);
    },
  };
}
