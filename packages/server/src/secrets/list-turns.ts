import { Problem } from "../problem.ts";

/** Lists of one account that may wait in this process: as many as an account's pages that are told at once. */
const most = 20;

/**
 * Runs `work` when no other of this user is under way in this process.
 * @throws Problem `rate_limited` when too many wait already
 */
export type InTurn = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/**
 * The largest list takes a connection and a core for a good while. Many of them at once would leave
 * nothing to others; one after the other, everybody else comes in between.
 */
export function createListTurns(mostWaiting = most): InTurn {
  const queues = new Map<string, { last: Promise<unknown>; size: number }>();
  return async (userId, work) => {
    const queue = queues.get(userId) ?? { last: Promise.resolve(), size: 0 };
    if (queue.size > mostWaiting) throw new Problem("rate_limited", { retryAfter: 2 });
    queues.set(userId, queue);
    queue.size += 1;
    const done = queue.last.then(() => work());
    queue.last = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      queue.size -= 1;
      if (queue.size === 0) queues.delete(userId);
    }
  };
}
