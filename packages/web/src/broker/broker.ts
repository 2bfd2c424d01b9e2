import {
  type AppId,
  type HostMessage,
  type Loads,
  limits,
  loadsText,
  noLoads,
  together,
} from "@portafilter/protocol";
import type { SecretSource, SecretStore, SecretsChange } from "../stores/secret-store.ts";
import { createEnds } from "./ends.ts";
import {
  type BrokerEvent,
  type BrokerState,
  initialBrokerState,
  type Prompt,
  step,
} from "./state.ts";

type Ports = {
  /** Whose secrets are asked for: the host page's own knowledge, never the frame's word. */
  readonly app: AppId;
  readonly secrets: SecretSource;
  /** Until when an Allow holds that is given now; null: until it is revoked. */
  readonly until: () => string | null;
  /** Hears when the page may have slept, until the returned function is called. */
  readonly onWake: (listener: () => void) => () => void;
  readonly send: (message: HostMessage) => void;
  readonly onChange: (state: BrokerState) => void;
  /** The visitor is signed out, and this run was given values. */
  readonly onLeft: () => void;
};

/** What an app is given: secret material, and until when it may have it. */
type Given = { readonly value: string; readonly until: string | null };

/** What a store answered: whether the visitor still has to decide, and what follows from it. */
type Answer = { readonly open: boolean; readonly settle: () => void };

/**
 * Milliseconds. What is refused without a dialog is refused at a multiple of it, so that an app does not
 * learn from the time whether the visitor has a secret of that name.
 */
const bucket = 1_000;

function endOfBucket(since: number): Promise<void> {
  const passed = performance.now() - since;
  const left = Math.ceil(passed / bucket) * bucket - passed;
  return new Promise((resolve) => setTimeout(resolve, left));
}

/** Answers one run's requests for secrets, from where they are kept or by asking the visitor. */
export type Broker = {
  /**
   * The run says what it loads from outside the lock, or what it loads besides. Until it has, nothing is
   * given. What it was given stays; what it asks for from then on is asked for the longer list. False when
   * that is longer than a list may be.
   */
  readonly loaded: (packages: Loads) => boolean;
  readonly request: (id: string, name: string, reason: string | null) => void;
  readonly cancel: (id: string) => void;
  /**
   * The visitor allowed what prompt `key` asks. `value` replaces what is kept; null uses it.
   * Nothing is stored or sent when the prompt is no longer the one shown, or when it would be kept
   * in another place than the prompt said.
   */
  readonly allow: (key: number, value: string | null) => void;
  readonly deny: (key: number) => void;
  readonly askAgain: () => void;
  readonly closeNotice: () => void;
  /** Ends the run: prompts close, and no later answer releases anything. */
  readonly stop: () => void;
};

/** A broker for one run of one app. It is the only place where a value leaves the store. */
export function createBroker(ports: Ports): Broker {
  const { app, secrets, until, send, onChange, onLeft } = ports;
  let state = initialBrokerState;
  /** Null until the run has told. */
  let loads: Loads | null = null;
  /**
   * Names that a store is being asked about. `stale` when the answer may be older than what happened
   * since, `given` when it may be without having been told yet that the app has the name now.
   */
  const asking = new Map<string, { stale: boolean; given: boolean }>();
  /**
   * Names that the visitor allowed here, until the account tells that this app was given them. It tells
   * of everything in its order, and of an Allow as changed (if it stored another value), then as given.
   * So a change that is told of before that is the Allow's own, or older than it, and makes neither its
   * answer nor the value stale. (An Allow of what the app had been given already is not told as given; but
   * that the app had been given it is told after the look-up that led to the question.)
   */
  const untold = new Set<string>();
  /** Names whose value this run has; those that were revoked are not among them. */
  const released = new Set<string>();
  /** Whether it ever had one: what an app has made of a value stays with it when that is revoked. */
  let hadSome = false;
  const ends = createEnds({
    onEnd: (name) => {
      revoke(name);
    },
    onWake: ports.onWake,
  });

  /** `given` is what the store gave for a `found` that is granted, or an `allowed`. */
  const dispatch = (event: BrokerEvent, given?: Given) => {
    const next = step(state, event);
    const changed = next.state !== state;
    state = next.state;
    for (const reply of next.replies) {
      if (reply.type === "lookUp") look(reply.name);
      else if (reply.type === "askAgain") send({ v: 1, type: "secret.askAgain", name: reply.name });
      else if (reply.type === "refuse")
        send({ v: 1, type: "secret.refused", id: reply.id, code: reply.code });
      else if (given === undefined)
        send({ v: 1, type: "secret.refused", id: reply.id, code: "secret_unavailable" });
      else {
        released.add(reply.name);
        hadSome = true;
        ends.set(reply.name, given.until);
        send({ v: 1, type: "secret.value", id: reply.id, value: given.value });
      }
    }
    if (changed) onChange(state);
  };

  /** Asks about a name once at a time. An answer that became stale meanwhile is dropped, and asked for anew. */
  const ask = async (name: string, question: () => Promise<Answer>) => {
    const mine = { stale: false, given: false };
    asking.set(name, mine);
    const { open, settle } = await question();
    asking.delete(name);
    // A value is not older for being given once more.
    if (mine.stale || (mine.given && open)) look(name);
    else settle();
  };
  const look = (name: string) => {
    if (loads === null) return;
    const asker = { app, loads };
    // What nobody waits for any more is not taken from a store, which writes down who got it.
    if (![...state.lookups, ...state.queue].some((waiting) => waiting.name === name)) return;
    const pending = asking.get(name);
    if (pending !== undefined) {
      pending.stale = true;
      return;
    }
    const since = performance.now();
    void ask(name, async () => {
      const store = await secrets.storeFor(name);
      const use = (await store?.use(asker, name)) ?? { standing: "unavailable" };
      const { standing } = use;
      const before = use.standing === "changed" ? use.before : null;
      // No person answers any more, whose time would hide how long it takes to find nothing.
      if (state.refusing && standing !== "granted") await endOfBucket(since);
      // Where it is not known who is signed in, it is the account that is out of reach.
      const place = store?.kind ?? "account";
      const event = { type: "found", name, standing, place, loads: asker.loads, before } as const;
      const settle = () => {
        dispatch(event, use.standing === "granted" ? use : undefined);
      };
      return { open: standing !== "granted", settle };
    });
  };
  const keep = ({ key, name, place, problem, loads }: Prompt, value: string | null) => {
    // After a look-up that failed, that the app was given the name may have been told already.
    if (place === "account" && problem === null) untold.add(name);
    return ask(name, async () => {
      const answer = await allowIn(await secrets.storeFor(name));
      if (answer.open) untold.delete(name);
      return answer;
    });

    async function allowIn(store: SecretStore | null): Promise<Answer> {
      const shown = state.queue[0];
      if (shown?.key !== key) return { open: true, settle: () => undefined };
      if (store?.kind !== shown.place)
        return {
          open: true,
          settle: () => {
            look(name);
          },
        };
      const asked = until();
      const kept = await store.allow({ app, loads }, name, value, asked);
      // A tab keeps what was allowed as long as itself.
      const end = store.kind === "account" ? asked : null;
      if ("value" in kept)
        return {
          open: false,
          settle: () => {
            dispatch({ type: "allowed", key }, { value: kept.value, until: end });
          },
        };
      return {
        open: true,
        settle: () => {
          dispatch({ type: "notKept", key, problem: kept.problem });
          // There may be nothing to allow any more.
          if (value === null) look(name);
        },
      };
    }
  };

  const revoke = (name: string) => {
    untold.delete(name);
    ends.clear(name);
    if (released.delete(name)) send({ v: 1, type: "secret.revoked", name });
    const open = state.queue.some((prompt) => prompt.name === name);
    if (open || asking.has(name)) look(name);
  };
  const give = (name: string) => {
    // What the app has already was given until another moment: it asks anew, and is told which.
    if (!untold.delete(name) && released.has(name)) revoke(name);
    dispatch({ type: "given", name });
    const pending = asking.get(name);
    if (pending !== undefined) pending.given = true;
    else if (state.queue.some((prompt) => prompt.name === name)) look(name);
  };
  const lookAgain = () => {
    untold.clear();
    for (const name of new Set([...asking.keys(), ...state.queue.map((prompt) => prompt.name)]))
      look(name);
  };
  const onSecretsChange = (change: SecretsChange) => {
    switch (change.type) {
      case "revoked":
        if (change.app !== null && change.app !== app) return;
        if (change.name !== null) {
          const changed = change.app === null;
          if (!changed || !untold.has(change.name)) revoke(change.name);
        } else {
          for (const name of released) revoke(name);
          lookAgain();
        }
        break;
      case "given":
        if (change.app !== app) return;
        give(change.name);
        break;
      case "moved":
        lookAgain();
        break;
      case "left":
        if (hadSome) {
          for (const name of released) revoke(name);
          onLeft();
          break;
        }
        dispatch({ type: "left" });
        lookAgain();
        break;
    }
  };
  const unsubscribe = secrets.subscribe(onSecretsChange);

  return {
    loaded(packages) {
      const all = together(loads ?? noLoads, packages);
      if (all.length > limits.loadedPackages) return false;
      if (loads !== null && loadsText(all) === loadsText(loads)) return true;
      loads = all;
      // Nobody has agreed to what is new: what was asked is asked anew.
      dispatch({ type: "loaded", loads });
      lookAgain();
      return true;
    },
    request(id, name, reason) {
      if (loads === null) {
        send({ v: 1, type: "secret.refused", id, code: "secret_unavailable" });
        return;
      }
      dispatch({ type: "requested", id, name, reason });
    },
    cancel(id) {
      dispatch({ type: "cancelled", id });
    },
    allow(key, value) {
      const shown = state.queue[0];
      // While it is being looked up what the prompt should say, nobody has agreed to anything yet.
      if (shown?.key !== key || shown.keeping || asking.has(shown.name)) return;
      dispatch({ type: "keeping", key });
      void keep(shown, value);
    },
    deny(key) {
      dispatch({ type: "denied", key });
    },
    askAgain() {
      dispatch({ type: "askAgain" });
    },
    closeNotice() {
      dispatch({ type: "noticeClosed" });
    },
    stop() {
      unsubscribe();
      ends.stop();
      dispatch({ type: "stopped" });
    },
  };
}
