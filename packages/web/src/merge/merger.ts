import type { api } from "@portafilter/protocol";
import { ApiError, type ApiErrorCode, codeOf } from "../api/api-error.ts";
import { waitAfter } from "../api/wait-after.ts";

/** What the visitor is told about the move into their account. */
export type MergeState = {
  /** Names that have moved since the visitor last closed the message. */
  readonly outcome: api.MergeAnswer | null;
  /** Why the last attempts failed, once that is worth telling; nothing was lost. */
  readonly problem: ApiErrorCode | null;
};

type Ports = {
  /** One attempt for one account; null when there is nothing to move. Throws `ApiError`. */
  readonly merge: (user: string) => Promise<api.MergeAnswer | null>;
  /** The id of who is signed in, as far as the page knows; null when nobody is. */
  readonly user: () => string | null;
  /** The server says that it is somebody else. */
  readonly onOtherUser: () => void;
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
  /** Tries again now, if there is an attempt that waits to be made again. */
  readonly retry: () => void;
  /** Nobody is signed in any more. */
  readonly end: () => void;
  readonly close: () => void;
};

/** Failures that pass unmentioned: a server that restarts is back by then. */
const quietFailures = 3;

/** More than a browser keeps for a tab. */
const mostParts = 10;

const nothing: MergeState = { outcome: null, problem: null };

/** Makes a merger; nothing happens before `begin`. */
export function createMerger({ merge, user, onOtherUser, onMoved }: Ports): Merger {
  let state = nothing;
  let first: Promise<void> = Promise.resolve();
  let running: Promise<void> | null = null;
  /** Counts sign-ins: what an earlier one began is not told in a later one. */
  let signIn = 0;
  let failures = 0;
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
    let moved = false;
    try {
      for (let part = 0; part < mostParts; part++) {
        const answer = await merge(id);
        if (mine !== signIn) return;
        if (answer === null) break;
        moved = true;
        failures = 0;
        set({ outcome: together(state.outcome, answer), problem: null });
      }
      failures = 0;
      if (state.problem !== null) set({ ...state, problem: null });
    } catch (error) {
      if (mine !== signIn) return;
      const problem = codeOf(error);
      failures += 1;
      if (failures > quietFailures) set({ ...state, problem });
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1_000 : 0;
      timer = setTimeout(() => void attempt(), Math.max(waitAfter(failures), asked));
      if (problem === "other_account") onOtherUser();
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
      if (timer !== undefined) void attempt();
    },
    end() {
      signIn += 1;
      clearTimeout(timer);
      timer = undefined;
      failures = 0;
      first = Promise.resolve();
      set(nothing);
    },
    close() {
      set({ ...state, outcome: null, problem: null });
    },
  };
}

function together(before: api.MergeAnswer | null, now: api.MergeAnswer): api.MergeAnswer {
  if (before === null) return now;
  const both = (part: keyof api.MergeAnswer) => [...new Set([...before[part], ...now[part]])];
  return { moved: both("moved"), same: both("same"), replaced: both("replaced") };
}
