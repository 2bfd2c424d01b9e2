import { type Loads, limits } from "@portafilter/protocol";
import type { ApiErrorCode } from "../api/api-error.ts";
import type { Standing } from "../session/store.ts";
import type { Place } from "../stores/secret-store.ts";

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
  /** True when there is a value that this app may not use yet. */
  readonly known: boolean;
  /** What the app has loaded from outside the lock, and is allowed with. */
  readonly loads: Loads;
  /** What of it was told before anything of the app ran: the rest is the word of an app that runs. */
  readonly atStart: Loads;
  /** Null unless it was allowed with other packages: then which, where that is known. */
  readonly changed: { readonly before: Loads | null } | null;
  /** Where the value is, or will be kept. */
  readonly place: Place;
  /** True while what the visitor allowed is being kept: it can no longer be taken back here. */
  readonly keeping: boolean;
  /** Why what the visitor allowed was not kept; they may try again. */
  readonly problem: ApiErrorCode | null;
  readonly ids: readonly string[];
};

/** Requests for one name whose standing is being looked up. */
type Lookup = Pick<Prompt, "name" | "reason" | "ids">;

/** The broker's whole mind about one run. It never holds a value. */
export type BrokerState = {
  readonly lookups: readonly Lookup[];
  /** The first one is shown, the others wait. */
  readonly queue: readonly Prompt[];
  readonly denied: readonly string[];
  readonly denials: number;
  /** True after too many denials: nothing is asked any more. */
  readonly refusing: boolean;
  /** Names the visitor wants to be asked about again, until the app does. */
  readonly askable: readonly string[];
  /** Which place failed a request: the browser keeps nothing for us, or the account is out of reach. */
  readonly unavailable: Place | null;
  readonly nextKey: number;
  /** What the run told first of what it loads; null until then. */
  readonly atStart: Loads | null;
  readonly stopped: boolean;
};

export type BrokerEvent =
  | {
      readonly type: "requested";
      readonly id: string;
      readonly name: string;
      readonly reason: string | null;
    }
  /** What a look-up found, also for a prompt that is open already. */
  | {
      readonly type: "found";
      readonly name: string;
      readonly standing: Standing;
      readonly place: Place;
      /** What the app has loaded, and, where its standing is `changed`, with what it was allowed. */
      readonly loads: Loads;
      readonly before: Loads | null;
    }
  | { readonly type: "cancelled"; readonly id: string }
  | { readonly type: "keeping" | "allowed" | "denied"; readonly key: number }
  | { readonly type: "notKept"; readonly key: number; readonly problem: ApiErrorCode }
  /** The app was allowed elsewhere: what was denied here counts no more. */
  | { readonly type: "given"; readonly name: string }
  /** Who was asked is not signed in any more: what they have typed is for nobody else to allow. */
  | { readonly type: "left" }
  /** The app has loaded something besides: what is shown was asked for less. */
  | { readonly type: "loaded"; readonly loads: Loads }
  | { readonly type: "askAgain" | "noticeClosed" | "stopped" };

/** What is to be done; `release` makes the caller send the value that it has at hand. */
export type Reply =
  | { readonly type: "lookUp"; readonly name: string }
  | { readonly type: "release"; readonly id: string; readonly name: string }
  | {
      readonly type: "refuse";
      readonly id: string;
      readonly code: "secret_denied" | "secret_unavailable" | "secret_busy";
    }
  | { readonly type: "askAgain"; readonly name: string };

type Step = { readonly state: BrokerState; readonly replies: readonly Reply[] };
type Found = Extract<BrokerEvent, { type: "found" }>;

export const initialBrokerState: BrokerState = {
  lookups: [],
  queue: [],
  denied: [],
  denials: 0,
  refusing: false,
  askable: [],
  unavailable: null,
  nextKey: 1,
  atStart: null,
  stopped: false,
};

/** One step of the broker. Pure; after `stopped` nothing is ever released. */
export function step(state: BrokerState, event: BrokerEvent): Step {
  if (state.stopped) return { state, replies: [] };
  switch (event.type) {
    case "requested":
      return requested(state, event);
    case "found":
      return found(reached(state, event), event);
    case "cancelled": {
      const lookups = without(state.lookups, event.id);
      return { state: { ...state, lookups, queue: without(state.queue, event.id) }, replies: [] };
    }
    case "keeping":
      return { state: withShown(state, event.key, { keeping: true, problem: null }), replies: [] };
    case "allowed":
      return answered(state, event.key, (id, name) => ({ type: "release", id, name }));
    case "notKept":
      return notKept(state, event.key, event.problem);
    case "given":
      return state.denied.includes(event.name)
        ? {
            state: { ...state, denied: state.denied.filter((name) => name !== event.name) },
            replies: [{ type: "askAgain", name: event.name }],
          }
        : { state, replies: [] };
    case "left":
      return { state: askedAnew(state, {}), replies: [] };
    case "loaded":
      return {
        state: {
          ...askedAnew(state, { loads: event.loads }),
          atStart: state.atStart ?? event.loads,
        },
        replies: [],
      };
    case "denied":
      return denied(state, event.key);
    case "askAgain":
      return {
        state: { ...state, denied: [], denials: 0, refusing: false, askable: state.denied },
        replies: state.denied.map((name) => ({ type: "askAgain", name })),
      };
    case "noticeClosed":
      return { state: { ...state, askable: [], unavailable: null }, replies: [] };
    case "stopped":
      return { state: { ...initialBrokerState, stopped: true }, replies: [] };
  }
}

function requested(state: BrokerState, request: Extract<BrokerEvent, { type: "requested" }>): Step {
  const { id, name, reason } = request;
  if (state.denied.includes(name)) return { state, replies: [refuse(id, "secret_denied")] };
  const waiting = [...state.lookups, ...state.queue].reduce((sum, { ids }) => sum + ids.length, 0);
  if (waiting >= limits.pendingRequests) return { state, replies: [refuse(id, "secret_busy")] };
  if (state.queue.some((prompt) => prompt.name === name))
    return { state: { ...state, queue: joined(state.queue, name, id) }, replies: [] };
  if (state.lookups.some((lookup) => lookup.name === name))
    return { state: { ...state, lookups: joined(state.lookups, name, id) }, replies: [] };
  const lookups = [...state.lookups, { name, reason, ids: [id] }];
  return { state: { ...state, lookups }, replies: [{ type: "lookUp", name }] };
}

/** An account that answers is within reach again. */
function reached(state: BrokerState, { standing, place }: Found): BrokerState {
  const isBack = standing !== "unavailable" && place === "account";
  return isBack && state.unavailable === "account" ? { ...state, unavailable: null } : state;
}

function found(state: BrokerState, event: Found): Step {
  const { name, standing, place, loads } = event;
  const lookup = state.lookups.find((one) => one.name === name);
  const lookups = state.lookups.filter((one) => one.name !== name);
  const open = state.queue.find((prompt) => prompt.name === name);
  if (standing === "granted") {
    const ids = [...(lookup?.ids ?? []), ...(open?.ids ?? [])];
    const queue = state.queue.filter((prompt) => prompt !== open);
    return {
      state: { ...state, lookups, queue },
      replies: ids.map((id) => ({ type: "release", id, name })),
    };
  }
  const known = standing === "known" || standing === "changed";
  const changed = standing === "changed" ? { before: event.before } : null;
  if (open !== undefined) {
    const news =
      standing === "unavailable"
        ? { place, keeping: false, problem: "secret_unavailable" as const }
        : { place, keeping: false, problem: null, known, loads, changed };
    return { state: { ...state, queue: withPrompt(state.queue, open.key, news) }, replies: [] };
  }
  // All that asked have been cancelled.
  if (lookup === undefined) return { state, replies: [] };
  const { reason, ids } = lookup;
  const refuseAll = (code: "secret_denied" | "secret_unavailable") =>
    ids.map((id) => refuse(id, code));
  if (standing === "unavailable")
    return {
      state: { ...state, lookups, unavailable: place },
      replies: refuseAll("secret_unavailable"),
    };
  if (state.refusing || state.denied.includes(name))
    return {
      state: { ...state, lookups, denied: remember(state.denied, [name]) },
      replies: refuseAll("secret_denied"),
    };
  const key = state.nextKey;
  const what = { name, reason, known, loads, atStart: state.atStart ?? [], changed, place };
  const prompt = { key, ...what, keeping: false, problem: null, ids };
  return {
    state: {
      ...state,
      lookups,
      queue: [...state.queue, prompt],
      nextKey: key + 1,
      askable: [],
    },
    replies: [],
  };
}

/** The tab's storage will not do better at another try; an account may. */
function notKept(state: BrokerState, key: number, problem: ApiErrorCode): Step {
  if (state.queue[0]?.place !== "tab")
    return { state: withShown(state, key, { keeping: false, problem }), replies: [] };
  const next = answered(state, key, (id) => refuse(id, "secret_unavailable"));
  return next.replies.length === 0
    ? next
    : { ...next, state: { ...next.state, unavailable: "tab" } };
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

/** The same questions as new ones, which say nothing of what whoever was asked before has. */
function askedAnew(state: BrokerState, change: Partial<Pick<Prompt, "loads">>): BrokerState {
  const { queue, nextKey } = state;
  const news = { known: false, changed: null, keeping: false, problem: null, ...change };
  return {
    ...state,
    queue: queue.map((prompt, index) => ({ ...prompt, ...news, key: nextKey + index })),
    nextKey: nextKey + queue.length,
  };
}

function denied(state: BrokerState, key: number): Step {
  const shown = state.queue[0];
  if (shown === undefined || shown.keeping) return { state, replies: [] };
  const { name } = shown;
  const next = answered(state, key, (id) => refuse(id, "secret_denied"));
  if (next.state === state) return next;
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

function withShown(state: BrokerState, key: number, change: Partial<Prompt>): BrokerState {
  if (state.queue[0]?.key !== key) return state;
  return { ...state, queue: withPrompt(state.queue, key, change) };
}

function withPrompt(
  queue: readonly Prompt[],
  key: number,
  change: Partial<Prompt>,
): readonly Prompt[] {
  return queue.map((prompt) => (prompt.key === key ? { ...prompt, ...change } : prompt));
}

function joined<T extends Lookup>(items: readonly T[], name: string, id: string): readonly T[] {
  return items.map((item) => (item.name === name ? { ...item, ids: [...item.ids, id] } : item));
}

function without<T extends Lookup>(items: readonly T[], id: string): readonly T[] {
  return items
    .map((item) =>
      item.ids.includes(id) ? { ...item, ids: item.ids.filter((i) => i !== id) } : item,
    )
    .filter((item) => item.ids.length > 0);
}

function remember(names: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...names, ...more])].slice(0, deniedLimit);
}

function refuse(id: string, code: Extract<Reply, { type: "refuse" }>["code"]): Reply {
  return { type: "refuse", id, code };
}
