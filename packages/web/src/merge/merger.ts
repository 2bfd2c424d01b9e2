import type { api } from "@portafilter/protocol";
import { type ApiErrorCode, codeOf } from "../api/api-error.ts";
import { passes as mayPass, waitAfter } from "../api/wait-after.ts";

/** What the visitor is told about the move into their account. */
export type MergeState = {
  /** Names that have moved since the visitor last closed the message. */
  readonly outcome: api.MergeAnswer | null;
  /** Why the last attempts failed, once that is worth telling; nothing was lost. */
  readonly problem: ApiErrorCode | null;
  /** Whether it is tried again by itself; else somebody has to do something about the problem first. */
  readonly passes: boolean;
};

type Ports = {
  /** One attempt for one account; null when there is nothing to move. Throws `ApiError`. */
  readonly merge: (user: string) => Promise<api.MergeAnswer | null>;
  /** The id of who is signed in, as far as the page knows; null when nobody is. */
  readonly user: () => string | null;
  /** Something moved: questions that are open have another answer now. */
  readonly onMoved: () => void;
};

/** Moves the tab's secrets whenever someone is signed in, and tries again after failures. */
export type Merger = {
  readonly get: () => MergeState;
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * To be called when someone signed in; the first attempt is made after `after`. Resolves when it has
   * ended, either way; never rejects.
   */
  readonly begin: (after: Promise<void>) => Promise<void>;
  /** Waits for the first attempt of this sign-in. */
  readonly settled: () => Promise<void>;
  /** Tries again now what failed: the visitor asks for it, or is back and may have done what it needs. */
  readonly retry: () => void;
  /** The server is there again: tries now what waits for that. */
  readonly resume: () => void;
  /** Nobody is signed in any more. */
  readonly end: () => void;
  readonly close: () => void;
};

/** Failures that pass unmentioned: a server that restarts is back by then. */
const quietFailures = 3;

/** More than a browser keeps for a tab. */
const mostParts = 10;

const nothing: MergeState = { outcome: null, problem: null, passes: true };

/** Makes a merger; nothing happens before `begin`. */
export function createMerger({ merge, user, onMoved }: Ports): Merger {
  let state = nothing;
  let first: Promise<void> = Promise.resolve();
  let running: Promise<void> | null = null;
  /** Counts sign-ins: what an earlier one began is not told in a later one. */
  let signIn = 0;
  let failures = 0;
  /** Whether the last attempt failed, and none was made since. */
  let failed = false;
  /** The problem whose message the visitor closed: the same is not told again. */
  let closed: ApiErrorCode | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();
  const set = (next: MergeState) => {
    state = next;
    for (const listener of listeners) listener();
  };

  const attempt = () => {
    const id = user();
    if (running !== null || id === null) return Promise.resolve();
    running = move(id).finally(() => {
      running = null;
    });
    return running;
  };
  const move = async (id: string) => {
    const mine = signIn;
    clearTimeout(timer);
    timer = undefined;
    failed = false;
    let moved = false;
    try {
      for (let part = 0; part < mostParts; part++) {
        const answer = await merge(id);
        if (mine !== signIn) return;
        if (answer === null) break;
        moved = true;
        failures = 0;
        closed = null;
        set({ ...nothing, outcome: together(state.outcome, answer) });
      }
      failures = 0;
      if (state.problem !== null) set({ ...nothing, outcome: state.outcome });
    } catch (error) {
      if (mine !== signIn) return;
      const problem = codeOf(error);
      const passes = mayPass(error);
      failures += 1;
      failed = true;
      const isWorthTelling = !passes || failures > quietFailures;
      if (isWorthTelling && problem !== closed) set({ ...state, problem, passes });
      if (passes) timer = setTimeout(() => void attempt(), waitAfter(failures, error));
    }
    if (moved) onMoved();
  };

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    begin(after) {
      // An attempt of the sign-in before may still be on its way.
      first = after.then(() => running).then(attempt);
      return first;
    },
    settled: () => first,
    retry() {
      if (failed) void attempt();
    },
    resume() {
      if (timer !== undefined) void attempt();
    },
    end() {
      signIn += 1;
      clearTimeout(timer);
      timer = undefined;
      failures = 0;
      failed = false;
      closed = null;
      first = Promise.resolve();
      set(nothing);
    },
    close() {
      closed = state.problem ?? closed;
      set(nothing);
    },
  };
}

function together(before: api.MergeAnswer | null, now: api.MergeAnswer): api.MergeAnswer {
  if (before === null) return now;
  const both = (part: keyof api.MergeAnswer) => [...new Set([...before[part], ...now[part]])];
  return { moved: both("moved"), same: both("same"), replaced: both("replaced") };
}
