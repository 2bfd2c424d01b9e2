import { KeyServerError } from "./failure.ts";

/** Lets few calls through at once and few more wait. */
export type Queue = {
  /**
   * Does `work` when it is its turn.
   * @throws KeyServerError `busy` at once when too many wait, `late` when `deadline` passes before
   * its turn; else whatever `work` throws.
   */
  run<T>(deadline: AbortSignal, work: () => Promise<T>): Promise<T>;
};

/** How many calls may be under way, and how many may wait besides. */
export type QueueLimits = Readonly<{ atOnce: number; waiting: number }>;

/** First come, first served. */
export function createQueue({ atOnce, waiting }: QueueLimits): Queue {
  let running = 0;
  const line = new Set<() => void>();

  function turn(deadline: AbortSignal): Promise<void> {
    if (line.size >= waiting) throw new KeyServerError("busy");
    return new Promise((resolve, reject) => {
      line.add(resolve);
      // Without effect once it had its turn: the deadline of the work itself is the work's affair.
      const giveUp = () => {
        line.delete(resolve);
        reject(new KeyServerError("late"));
      };
      deadline.addEventListener("abort", giveUp, { once: true });
    });
  }

  function release(): void {
    const [next] = line;
    if (next === undefined) {
      running -= 1;
      return;
    }
    // The place goes to the next in line, so `running` stays as it is.
    line.delete(next);
    next();
  }

  return {
    async run(deadline, work) {
      if (deadline.aborted) throw new KeyServerError("late");
      if (running < atOnce) running += 1;
      else await turn(deadline);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
