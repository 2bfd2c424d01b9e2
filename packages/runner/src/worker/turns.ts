/** How Python's event loop asks for a callback: after so many milliseconds, or next. */
export type Schedule = (callback: () => unknown, delay?: number) => void;

export type Turns = {
  /** Puts itself between the loop and `schedule`, by which it has been served so far. */
  readonly through: (schedule: Schedule) => Schedule;
  /**
   * Lets no callback of the loop begin before the returned function is called, or a moment is over.
   * What waited goes on in the order in which it was due.
   */
  readonly hold: () => () => void;
};

/** An answer that needs no person is there by then; a visitor who is asked sees nothing of it. */
const moment = 10;
/** Pyodide takes such short delays as none, too. */
const noDelay = 2;

/**
 * The turns of Python's event loop in this worker. A browser gives a worker its messages in the order of
 * their arrival, so an answer that is there within a millisecond would wait for all that the loop has to do.
 */
export function createTurns(): Turns {
  const due: (() => unknown)[] = [];
  let schedule: Schedule = setTimeout;
  let holds = new Set<object>();
  let missed = 0;
  let end: ReturnType<typeof setTimeout> | undefined;

  const turn = () => {
    if (holds.size > 0) missed += 1;
    else due.shift()?.();
  };
  const goOn = () => {
    clearTimeout(end);
    holds = new Set();
    for (; missed > 0; missed -= 1) schedule(turn);
  };
  return {
    through(original) {
      schedule = original;
      return (callback, delay = 0) => {
        if (delay > noDelay)
          original(() => {
            due.push(callback);
            turn();
          }, delay);
        else {
          due.push(callback);
          original(turn);
        }
      };
    },
    hold() {
      const mine = {};
      if (holds.size === 0) end = setTimeout(goOn, moment);
      holds.add(mine);
      return () => {
        if (holds.delete(mine) && holds.size === 0) goOn();
      };
    },
  };
}
