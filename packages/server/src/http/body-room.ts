import { limits } from "@portafilter/protocol";
import { Problem } from "../problem.ts";

/**
 * Bytes of large bodies that this process holds at once. Each takes several times as much until it is
 * answered: as bytes, as text, and as what was read from it. Nobody has more than a quarter of it.
 */
const most = 128 * 1024 * 1024;

/** What one request holds of the room. */
export type BodyPlace = Readonly<{
  /**
   * Tells how large the body is so far, and whose it is: a user's, or where nobody is signed in, an
   * address's. @throws Problem `rate_limited` when there is no room for it.
   */
  grow: (size: number, owner: string) => void;
  /** The request was answered. */
  leave: () => void;
}>;

/**
 * Keeps visitors from filling the memory with large bodies, each of which is allowed. What fits into an
 * ordinary request is not counted, so that nobody who holds the room keeps others from those.
 */
export function createBodyRoom(bytes = most): () => BodyPlace {
  let free = bytes;
  const held = new Map<string, number>();
  return () => {
    let taken = 0;
    let holder = "";
    return {
      grow: (size, owner) => {
        const more = size > limits.requestBody ? size - taken : 0;
        if (more === 0) return;
        const own = (held.get(owner) ?? 0) + more;
        if (more > free || own > bytes / 4) throw new Problem("rate_limited", { retryAfter: 5 });
        free -= more;
        taken += more;
        holder = owner;
        held.set(owner, own);
      },
      leave: () => {
        if (taken === 0) return;
        free += taken;
        const left = (held.get(holder) ?? 0) - taken;
        if (left > 0) held.set(holder, left);
        else held.delete(holder);
        taken = 0;
      },
    };
  };
}
