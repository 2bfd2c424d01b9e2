import { limits } from "@portafilter/protocol";
import type { Standing } from "../session/store.ts";

/** After so many denials in one run, the app's further requests are refused without a dialog. */
export const denialLimit = 3;

/** Denied names that are remembered by name; an app that goes on is refused as a whole anyway. */
const deniedLimit = 100;

/** One question to the visitor; all requests for the same name that came meanwhile share it. */
export type Prompt = {
  /** Distinguishes this prompt from every other of the run: an answer to a closed one is void. */
  readonly key: number;
  readonly name: string;
  readonly reason: string | null;
  /** True when this tab has a value that this app may not use yet. */
  readonly known: boolean;
  readonly ids: readonly string[];
};

/** The broker's whole mind about one run. It never holds a value. */
export type BrokerState = {
  /** The first one is shown, the others wait. */
  readonly queue: readonly Prompt[];
  readonly denied: readonly string[];
  readonly denials: number;
  /** True after too many denials: nothing is asked any more. */
  readonly refusing: boolean;
  /** Names the visitor wants to be asked about again, until the app does. */
  readonly askable: readonly string[];
  /** True when a request failed because this browser keeps nothing for us. */
  readonly unavailable: boolean;
  readonly nextKey: number;
  readonly stopped: boolean;
};

export type BrokerEvent =
  | {
      readonly type: "requested";
      readonly id: string;
      readonly name: string;
      readonly reason: string | null;
      readonly standing: Standing;
    }
  | { readonly type: "cancelled"; readonly id: string }
  | { readonly type: "allowed" | "denied" | "notKept"; readonly key: number }
  | { readonly type: "askAgain" | "noticeClosed" | "stopped" };

/** What is to be done; `release` makes the caller read the value and send it. */
export type Reply =
  | { readonly type: "release"; readonly id: string; readonly name: string }
  | {
      readonly type: "refuse";
      readonly id: string;
      readonly code: "secret_denied" | "secret_unavailable" | "secret_busy";
    }
  | { readonly type: "askAgain"; readonly name: string };

type Step = { readonly state: BrokerState; readonly replies: readonly Reply[] };
type Request = Extract<BrokerEvent, { type: "requested" }>;

export const initialBrokerState: BrokerState = {
  queue: [],
  denied: [],
  denials: 0,
  refusing: false,
  askable: [],
  unavailable: false,
  nextKey: 1,
  stopped: false,
};

/** One step of the broker. Pure; after `stopped` nothing is ever released. */
export function step(state: BrokerState, event: BrokerEvent): Step {
  if (state.stopped) return { state, replies: [] };
  switch (event.type) {
    case "requested":
      return requested(state, event);
    case "cancelled":
      return { state: { ...state, queue: without(state.queue, event.id) }, replies: [] };
    case "allowed":
      return answered(state, event.key, (id, name) => ({ type: "release", id, name }));
    case "notKept": {
      const next = answered(state, event.key, (id) => refuse(id, "secret_unavailable"));
      return next.replies.length === 0
        ? next
        : { ...next, state: { ...next.state, unavailable: true } };
    }
    case "denied":
      return denied(state, event.key);
    case "askAgain":
      return {
        state: { ...state, denied: [], denials: 0, refusing: false, askable: state.denied },
        replies: state.denied.map((name) => ({ type: "askAgain", name })),
      };
    case "noticeClosed":
      return { state: { ...state, askable: [], unavailable: false }, replies: [] };
    case "stopped":
      return { state: { ...initialBrokerState, stopped: true }, replies: [] };
  }
}

function requested(state: BrokerState, request: Request): Step {
  const { id, name, standing } = request;
  if (standing === "granted") return { state, replies: [{ type: "release", id, name }] };
  if (standing === "unavailable")
    return {
      state: { ...state, unavailable: true },
      replies: [refuse(id, "secret_unavailable")],
    };
  if (state.refusing)
    return {
      state: { ...state, denied: remember(state.denied, [name]) },
      replies: [refuse(id, "secret_denied")],
    };
  if (state.denied.includes(name)) return { state, replies: [refuse(id, "secret_denied")] };
  const waiting = state.queue.reduce((sum, prompt) => sum + prompt.ids.length, 0);
  if (waiting >= limits.pendingRequests) return { state, replies: [refuse(id, "secret_busy")] };
  return { state: enqueue(state, request), replies: [] };
}

function enqueue(state: BrokerState, request: Request): BrokerState {
  const { id, name, reason } = request;
  if (state.queue.some((prompt) => prompt.name === name))
    return {
      ...state,
      queue: state.queue.map((prompt) =>
        prompt.name === name ? { ...prompt, ids: [...prompt.ids, id] } : prompt,
      ),
    };
  const known = request.standing === "known";
  const prompt: Prompt = { key: state.nextKey, name, reason, known, ids: [id] };
  return {
    ...state,
    queue: [...state.queue, prompt],
    nextKey: state.nextKey + 1,
    askable: [],
  };
}

/** Answers the prompt that is shown, if `key` is still its key; a late answer does nothing. */
function answered(
  state: BrokerState,
  key: number,
  reply: (id: string, name: string) => Reply,
): Step {
  const [shown, ...rest] = state.queue;
  if (shown?.key !== key) return { state, replies: [] };
  return {
    state: { ...state, queue: rest },
    replies: shown.ids.map((id) => reply(id, shown.name)),
  };
}

function denied(state: BrokerState, key: number): Step {
  const name = state.queue[0]?.name;
  const next = answered(state, key, (id) => refuse(id, "secret_denied"));
  if (name === undefined || next.state === state) return next;
  const denials = state.denials + 1;
  if (denials < denialLimit) {
    const names = remember(state.denied, [name]);
    return { ...next, state: { ...next.state, denials, denied: names } };
  }
  const waiting = next.state.queue;
  const names = remember(state.denied, [name, ...waiting.map((prompt) => prompt.name)]);
  return {
    state: { ...next.state, denials, refusing: true, queue: [], denied: names },
    replies: [
      ...next.replies,
      ...waiting.flatMap((prompt) => prompt.ids.map((id) => refuse(id, "secret_denied"))),
    ],
  };
}

function without(queue: readonly Prompt[], id: string): readonly Prompt[] {
  return queue
    .map((prompt) =>
      prompt.ids.includes(id) ? { ...prompt, ids: prompt.ids.filter((i) => i !== id) } : prompt,
    )
    .filter((prompt) => prompt.ids.length > 0);
}

function remember(names: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...names, ...more])].slice(0, deniedLimit);
}

function refuse(id: string, code: Extract<Reply, { type: "refuse" }>["code"]): Reply {
  return { type: "refuse", id, code };
}
