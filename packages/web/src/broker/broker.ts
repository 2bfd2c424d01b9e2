import type { AppId, HostMessage } from "@portafilter/protocol";
import type { SecretSource, SecretsChange } from "../stores/secret-store.ts";
import { type BrokerEvent, type BrokerState, initialBrokerState, step } from "./state.ts";

type Ports = {
  /** Whose secrets are asked for: the host page's own knowledge, never the frame's word. */
  readonly app: AppId;
  readonly secrets: SecretSource;
  /** Until when an Allow holds that is given now; null: until it is revoked. */
  readonly until: () => string | null;
  readonly send: (message: HostMessage) => void;
  readonly onChange: (state: BrokerState) => void;
  /** The visitor is signed out, and this run was given values. */
  readonly onLeft: () => void;
};

/** Answers one run's requests for secrets, from where they are kept or by asking the visitor. */
export type Broker = {
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
export function createBroker({ app, secrets, until, send, onChange, onLeft }: Ports): Broker {
  let state = initialBrokerState;
  /** Names that a store is being asked about; `stale` when the answer may be older than what happened since. */
  const asking = new Map<string, { stale: boolean }>();
  /** Names whose value this run has; those that were revoked are not among them. */
  const released = new Set<string>();
  /** Whether it ever had one: what an app has made of a value stays with it when that is revoked. */
  let hadSome = false;

  /** `value` is what the store gave for a `found` that is granted, or an `allowed`. */
  const dispatch = (event: BrokerEvent, value?: string) => {
    const next = step(state, event);
    const changed = next.state !== state;
    state = next.state;
    for (const reply of next.replies) {
      if (reply.type === "lookUp") look(reply.name);
      else if (reply.type === "askAgain") send({ v: 1, type: "secret.askAgain", name: reply.name });
      else if (reply.type === "refuse")
        send({ v: 1, type: "secret.refused", id: reply.id, code: reply.code });
      else if (value === undefined)
        send({ v: 1, type: "secret.refused", id: reply.id, code: "secret_unavailable" });
      else {
        released.add(reply.name);
        hadSome = true;
        send({ v: 1, type: "secret.value", id: reply.id, value });
      }
    }
    if (changed) onChange(state);
  };

  /** Asks about a name once at a time. An answer that became stale meanwhile is dropped, and asked for anew. */
  const ask = async (name: string, question: () => Promise<() => void>) => {
    const mine = { stale: false };
    asking.set(name, mine);
    const settle = await question();
    asking.delete(name);
    if (mine.stale) look(name);
    else settle();
  };
  const look = (name: string) => {
    if (state.stopped) return;
    const pending = asking.get(name);
    if (pending !== undefined) {
      pending.stale = true;
      return;
    }
    void ask(name, async () => {
      const store = await secrets.storeFor(name);
      const use = (await store?.use(app, name)) ?? { standing: "unavailable" };
      const { standing } = use;
      // Where it is not known who is signed in, it is the account that is out of reach.
      const event = { type: "found", name, standing, place: store?.kind ?? "account" } as const;
      return () => {
        dispatch(event, use.standing === "granted" ? use.value : undefined);
      };
    });
  };
  const keep = (key: number, name: string, value: string | null) =>
    ask(name, async () => {
      const store = await secrets.storeFor(name);
      const shown = state.queue[0];
      if (shown?.key !== key) return () => undefined;
      if (store?.kind !== shown.place)
        return () => {
          look(name);
        };
      const kept = await store.allow(app, name, value, until());
      return () => {
        if ("value" in kept) dispatch({ type: "allowed", key }, kept.value);
        else {
          dispatch({ type: "notKept", key, problem: kept.problem });
          // There may be nothing to allow any more.
          if (value === null) look(name);
        }
      };
    });

  const revoke = (name: string) => {
    if (released.delete(name)) send({ v: 1, type: "secret.revoked", name });
    const open = state.queue.some((prompt) => prompt.name === name);
    if (open || asking.has(name)) look(name);
  };
  const lookAgain = () => {
    for (const name of new Set([...asking.keys(), ...state.queue.map((prompt) => prompt.name)]))
      look(name);
  };
  const onSecretsChange = (change: SecretsChange) => {
    switch (change.type) {
      case "revoked":
        if (change.app !== null && change.app !== app) return;
        if (change.name !== null) revoke(change.name);
        else {
          for (const name of released) revoke(name);
          lookAgain();
        }
        break;
      case "given":
        if (change.app !== app) return;
        dispatch({ type: "given", name: change.name });
        if (state.queue.some((prompt) => prompt.name === change.name)) look(change.name);
        break;
      case "moved":
        lookAgain();
        break;
      case "left":
        if (hadSome) {
          for (const name of released) revoke(name);
          onLeft();
        } else lookAgain();
        break;
    }
  };
  const unsubscribe = secrets.subscribe(onSecretsChange);

  return {
    request(id, name, reason) {
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
      void keep(key, shown.name, value);
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
      dispatch({ type: "stopped" });
    },
  };
}
