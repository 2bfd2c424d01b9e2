import type { AppId, HostMessage } from "@portafilter/protocol";
import type { SessionStore } from "../session/store.ts";
import { type BrokerEvent, type BrokerState, initialBrokerState, step } from "./state.ts";

type Ports = {
  /** Whose secrets are asked for: the host page's own knowledge, never the frame's word. */
  readonly app: AppId;
  readonly store: SessionStore;
  readonly send: (message: HostMessage) => void;
  readonly onChange: (state: BrokerState) => void;
};

/** Answers one run's requests for secrets, from the store or by asking the visitor. */
export type Broker = {
  readonly request: (id: string, name: string, reason: string | null) => void;
  readonly cancel: (id: string) => void;
  /**
   * The visitor allowed what prompt `key` asks. `value` replaces what is kept; null uses it.
   * Nothing is stored or sent when the prompt is no longer the one shown.
   */
  readonly allow: (key: number, value: string | null) => void;
  readonly deny: (key: number) => void;
  readonly askAgain: () => void;
  readonly closeNotice: () => void;
  /** Ends the run: prompts close, and no later answer releases anything. */
  readonly stop: () => void;
};

/** A broker for one run of one app. It is the only place where a value leaves the store. */
export function createBroker({ app, store, send, onChange }: Ports): Broker {
  let state = initialBrokerState;
  const dispatch = (event: BrokerEvent) => {
    const next = step(state, event);
    const changed = next.state !== state;
    state = next.state;
    for (const reply of next.replies) {
      if (reply.type === "askAgain") send({ v: 1, type: "secret.askAgain", name: reply.name });
      else if (reply.type === "refuse")
        send({ v: 1, type: "secret.refused", id: reply.id, code: reply.code });
      else release(reply.id, reply.name);
    }
    if (changed) onChange(state);
  };
  const release = (id: string, name: string) => {
    const value = store.read(app, name);
    if (value === null) send({ v: 1, type: "secret.refused", id, code: "secret_unavailable" });
    else send({ v: 1, type: "secret.value", id, value });
  };
  return {
    request(id, name, reason) {
      dispatch({ type: "requested", id, name, reason, standing: store.standing(app, name) });
    },
    cancel(id) {
      dispatch({ type: "cancelled", id });
    },
    allow(key, value) {
      const shown = state.queue[0];
      if (shown?.key !== key) return;
      const kept = store.allow(app, shown.name, value);
      dispatch({ type: kept ? "allowed" : "notKept", key });
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
      dispatch({ type: "stopped" });
    },
  };
}
