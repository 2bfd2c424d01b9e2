import { bodySizes, type Limits } from "./limits.ts";

/** What one request holds of the room. */
export type BodyPlace = {
  /**
   * Tells how long the body is so far.
   * @returns whether there is room for it.
   */
  grow(length: number): boolean;
  /** The answer has left. */
  leave(): void;
};

/**
 * Keeps callers from filling the memory with bodies, each of which is allowed. Short ones are not counted:
 * connections are limited, and who holds the room keeps others from batches alone.
 */
export function createBodyRoom({
  bodies,
  bodiesOfOne,
}: Pick<Limits, "bodies" | "bodiesOfOne">): (owner: string) => BodyPlace {
  let free = bodies;
  const held = new Map<string, number>();
  return (owner) => {
    let taken = 0;
    return {
      grow: (length) => {
        if (length <= bodySizes.small) return true;
        const more = length - taken;
        const own = (held.get(owner) ?? 0) + more;
        if (more > free || own > bodiesOfOne) return false;
        free -= more;
        taken = length;
        held.set(owner, own);
        return true;
      },
      leave: () => {
        free += taken;
        const left = (held.get(owner) ?? 0) - taken;
        if (left > 0) held.set(owner, left);
        else held.delete(owner);
        taken = 0;
      },
    };
  };
}
