import type { FailedAt, FrameMessage, Phase } from "@portafilter/protocol";
import { type BrokerState, initialBrokerState, type Prompt } from "../broker/state.ts";
import type { CutOff } from "./connect.ts";

/** Why a run ended; only `reported` carries text of the app. */
export type Failure =
  | { readonly kind: "reported"; readonly phase: FailedAt; readonly message: string }
  | { readonly kind: "silent" | "grabbed" | "left" | CutOff };

/** What the page shows of a run. */
export type RunState = {
  /** Null until the runtime frame reports; `ready` once the app answers. */
  readonly phase: Phase | null;
  readonly detail: string;
  /** 0 to 1, never falling. */
  readonly done: number;
  readonly failure: Failure | null;
  readonly broker: BrokerState;
  /** Names this run has asked for, in order, up to a bound. */
  readonly asked: readonly string[];
  /** Messages that were not understood. */
  readonly dropped: number;
  /** Messages that were understood, and too many. */
  readonly excess: number;
};

const askedLimit = 20;

export const initialRunState: RunState = {
  phase: null,
  detail: "",
  done: 0,
  failure: null,
  broker: initialBrokerState,
  asked: [],
  dropped: 0,
  excess: 0,
};

/** The state after a message that concerns the screen; others leave it as it is. */
export function afterMessage(state: RunState, message: FrameMessage): RunState {
  if (message.type === "secret.request") {
    const known = state.asked.includes(message.name) || state.asked.length >= askedLimit;
    return known ? state : { ...state, asked: [...state.asked, message.name] };
  }
  if (message.type !== "app.progress" || state.phase === "ready") return state;
  const done = message.phase === "ready" ? 1 : Math.max(state.done, message.done);
  return { ...state, phase: message.phase, detail: message.detail, done };
}

/** The state after the run ended; the first failure stays. */
export function withFailure(state: RunState, failure: Failure): RunState {
  return state.failure === null ? { ...state, failure } : state;
}

/** What an Allow is given to; a request that joins the question changes nothing of it. */
const asked = [
  "key",
  "known",
  "loads",
  "atStart",
  "changed",
  "place",
] as const satisfies (keyof Prompt)[];

/** Whether the visitor, who sees `drawn`, is asked by it what `now` asks: an answer to anything else is void. */
export function asksTheSame(now: RunState, drawn: RunState): boolean {
  const [one] = now.broker.queue;
  const [seen] = drawn.broker.queue;
  return asked.every((field) => one?.[field] === seen?.[field]);
}
