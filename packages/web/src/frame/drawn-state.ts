import { createPacer } from "./pacer.ts";

/** A state that changes at once, and is drawn at most once for each frame of the screen. */
export type DrawnState<T> = {
  readonly now: () => T;
  readonly set: (next: T) => void;
  /** What the listeners were told of last. */
  readonly drawn: () => T;
  readonly subscribe: (listener: () => void) => () => void;
};

/** Begins as `initial`, drawn. */
export function createDrawnState<T>(
  initial: T,
  pace: (callback: () => void) => void = createPacer(),
): DrawnState<T> {
  const listeners = new Set<() => void>();
  let now = initial;
  let drawn = initial;
  let waits = false;
  const draw = () => {
    waits = false;
    if (drawn === now) return;
    drawn = now;
    for (const listener of listeners) listener();
  };
  return {
    now: () => now,
    set(next) {
      now = next;
      if (waits || now === drawn) return;
      waits = true;
      pace(draw);
    },
    drawn: () => drawn,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
