/** A timer may stand still while the machine sleeps: none waits longer than this. */
const longestWait = 30_000;

type Ports = {
  /** What was given has ended. */
  readonly onEnd: (name: string) => void;
  /** Hears when the page may have slept, until the returned function is called. */
  readonly onWake: (listener: () => void) => () => void;
};

/** Tells of each name that was given until a moment when that moment has come, by this page's clock. */
export type Ends = {
  /** Replaces what was said of the name before; null: it has no end. The end is never told within this call. */
  readonly set: (name: string, until: string | null) => void;
  readonly clear: (name: string) => void;
  readonly stop: () => void;
};

/** Makes one that knows of no name. */
export function createEnds({ onEnd, onWake }: Ports): Ends {
  const ends = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const now = Date.now();
    for (const [name, end] of [...ends]) {
      if (end > now) continue;
      ends.delete(name);
      onEnd(name);
    }
    wait();
  };
  const wait = () => {
    clearTimeout(timer);
    if (ends.size === 0) return;
    const left = Math.min(...ends.values()) - Date.now();
    timer = setTimeout(look, Math.min(Math.max(left, 0), longestWait));
  };
  const stopWaking = onWake(look);
  return {
    set(name, until) {
      if (until === null) ends.delete(name);
      else ends.set(name, Date.parse(until));
      wait();
    },
    clear(name) {
      ends.delete(name);
    },
    stop() {
      stopWaking();
      ends.clear();
      clearTimeout(timer);
    },
  };
}
