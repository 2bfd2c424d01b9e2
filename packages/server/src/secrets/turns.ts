import { Problem } from "../problem.ts";

/**
 * Does a user's work one piece at a time, first come, first served; other users' goes on meanwhile.
 * Never to be entered inside a transaction: whoever has the turn may be waiting for what that one holds.
 * @throws Problem `rate_limited` at once when too many of this user wait, `database_unavailable` when the
 * turn does not come in time: it was not done then, and will not be. Else whatever `work` throws.
 */
export type InTurn = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/** How many pieces of one user may wait, and for how many milliseconds. */
export type TurnLimits = Readonly<{ waiting: number; patience: number }>;

export function createTurns({ waiting, patience }: TurnLimits): InTurn {
  /** Who waits, for each user of whom something is under way. */
  const lines = new Map<string, Set<() => void>>();

  async function turn(userId: string): Promise<void> {
    const line = lines.get(userId);
    if (line === undefined) {
      lines.set(userId, new Set());
      return;
    }
    if (line.size >= waiting) throw new Problem("rate_limited", { retryAfter: 2 });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        line.delete(begin);
        const cause = new Error("writes of this account before it took too long");
        reject(new Problem("database_unavailable", { cause }));
      }, patience).unref();
      const begin = () => {
        clearTimeout(timer);
        resolve();
      };
      line.add(begin);
    });
  }

  function next(userId: string): void {
    const line = lines.get(userId);
    const [begin] = line ?? [];
    if (line === undefined || begin === undefined) {
      lines.delete(userId);
      return;
    }
    // The turn goes to the next in line, so there is no moment at which somebody else could take it.
    line.delete(begin);
    begin();
  }

  return async (userId, work) => {
    await turn(userId);
    try {
      return await work();
    } finally {
      next(userId);
    }
  };
}
