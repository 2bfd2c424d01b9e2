import { limits } from "@portafilter/protocol";
import { Problem } from "../problem.ts";

/**
 * Bytes of large bodies that this process holds at once. Each takes several times as much until it is
 * answered: as bytes, as text, and as what was read from it.
 */
const most = 128 * 1024 * 1024;

/** What one request holds of the room. */
export type BodyPlace = Readonly<{
  /** Tells how large the body is so far. @throws Problem `rate_limited` when there is no room for it. */
  grow: (size: number) => void;
  /** The request was answered. */
  leave: () => void;
}>;

/**
 * Keeps visitors from filling the memory with large bodies, each of which is allowed. What fits into an
 * ordinary request is not counted, so that nobody who holds the room keeps others from those.
 */
export function createBodyRoom(bytes = most): () => BodyPlace {
  let free = bytes;
  return () => {
    let taken = 0;
    return {
      grow: (size) => {
        const more = size > limits.requestBody ? size - taken : 0;
        if (more > free) throw new Problem("rate_limited", { retryAfter: 5 });
        free -= more;
        taken += more;
      },
      leave: () => {
        free += taken;
        taken = 0;
      },
    };
  };
}
