import { Problem } from "./problem.ts";

export type FairGateLimits = Readonly<{
  /** Pieces of work under way: of everybody, and of one asker. */
  atOnce: number;
  each: number;
  /** Pieces that wait for their turn: of everybody, and of one asker. */
  waiting: number;
  eachWaiting: number;
}>;

/** Begins nothing while it waits. `asker` null is this server itself, whose callers are bounded already. */
export type FairGate = <T>(asker: string | null, work: () => Promise<T>) => Promise<T>;

type Waiting = Readonly<{ begin: () => void; refuse: () => void }>;

/**
 * Runs work a few pieces at a time; askers that have something waiting take turns, so nobody waits for
 * all that somebody else has asked for. What finds no room is refused at once with `package_busy`; where
 * all room is taken, the newest piece of whoever has most waiting makes place.
 */
export function createFairGate(limits: FairGateLimits): FairGate {
  /** In the order of turns: whoever had one goes to the end. */
  const queues = new Map<string | null, Waiting[]>();
  const running = new Map<string | null, number>();
  let free = limits.atOnce;
  let waiting = 0;

  function startNext(): void {
    for (const [asker, queue] of queues) {
      if (free === 0) return;
      const own = running.get(asker) ?? 0;
      if (own >= limits.each) continue;
      const next = queue.shift();
      queues.delete(asker);
      if (next === undefined) continue;
      if (queue.length > 0) queues.set(asker, queue);
      running.set(asker, own + 1);
      free -= 1;
      waiting -= 1;
      next.begin();
    }
  }

  function end(asker: string | null): void {
    const others = (running.get(asker) ?? 1) - 1;
    if (others === 0) running.delete(asker);
    else running.set(asker, others);
    free += 1;
    startNext();
  }

  /** @throws Problem when there is no room and nobody has more waiting. */
  function makeRoom(asker: string | null, own: number): void {
    if (asker === null) return;
    if (own >= limits.eachWaiting) throw new Problem("package_busy");
    if (waiting < limits.waiting) return;
    let longest: Waiting[] = [];
    for (const [other, queue] of queues) {
      if (other !== null && queue.length > longest.length) longest = queue;
    }
    if (longest.length <= own + 1) throw new Problem("package_busy");
    waiting -= 1;
    longest.pop()?.refuse();
  }

  return async function inTurn(asker, work) {
    const queue = queues.get(asker) ?? [];
    makeRoom(asker, queue.length);
    const turn = Promise.withResolvers<undefined>();
    queue.push({
      begin: () => {
        turn.resolve(undefined);
      },
      refuse: () => {
        turn.reject(new Problem("package_busy"));
      },
    });
    queues.set(asker, queue);
    waiting += 1;
    startNext();
    await turn.promise;
    try {
      return await work();
    } finally {
      end(asker);
    }
  };
}
