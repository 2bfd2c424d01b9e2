import type { HostMessage } from "@portafilter/protocol";
import { vi } from "vitest";
import type {
  Allowed,
  Place,
  SecretSource,
  SecretStore,
  SecretsChange,
  Use,
} from "../stores/secret-store.ts";
import { createBroker } from "./broker.ts";
import { type BrokerState, initialBrokerState } from "./state.ts";

export const app = "sabc";
export const canary = "canary-7f3a";

/** A store in memory whose answers can be held back, and that may keep nothing. */
export function memoryStore(kind: Place = "tab") {
  const values = new Map<string, string>();
  const grants = new Set<string>();
  const world = {
    keeps: true,
    reachable: true,
    /** What is allowed is kept, and the answer never comes. */
    lost: false,
    /** Resolves when an answer may leave. */
    gate: Promise.resolve() as Promise<unknown>,
    calls: [] as string[],
    /** Until when an app may have what it is given. */
    until: null as string | null,
  };
  const look = (id: string, name: string): Use => {
    const value = values.get(name);
    if (!world.reachable) return { standing: "unavailable" };
    if (value === undefined) return { standing: "unknown" };
    return grants.has(`${id} ${name}`)
      ? { standing: "granted", value, until: world.until }
      : { standing: "known" };
  };
  const store: SecretStore = {
    kind,
    async use({ app: id }, name) {
      world.calls.push(`use ${name}`);
      // Read now, delivered later: as a server does.
      const answer = look(id, name);
      await world.gate;
      return answer;
    },
    async allow({ app: id }, name, value) {
      world.calls.push(`allow ${name}`);
      const answer = ((): Allowed => {
        if (!world.keeps) return { problem: "secret_unavailable" };
        if (value !== null) values.set(name, value);
        const kept = values.get(name);
        if (kept === undefined) return { problem: "not_found" };
        grants.add(`${id} ${name}`);
        return { value: kept };
      })();
      await world.gate;
      return world.lost ? { problem: "unreachable" } : answer;
    },
  };
  const hold = () => {
    const held = Promise.withResolvers<undefined>();
    world.gate = held.promise;
    return () => {
      held.resolve(undefined);
    };
  };
  return { ...store, world, hold, values, grants };
}

export function sourceOf(store: SecretStore | null) {
  const listeners = new Set<(change: SecretsChange) => void>();
  const place: { store: SecretStore | null } = { store };
  const source: SecretSource = {
    storeFor: () => Promise.resolve(place.store),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const tell = (change: SecretsChange) => {
    for (const listener of [...listeners]) listener(change);
  };
  return { source, place, tell, listeners };
}

/** Lets everything happen that needs no more than the present turn of the event loop. */
export const settle = () => new Promise((resolve) => setTimeout(resolve));

export function setUp(
  store: ReturnType<typeof memoryStore> = memoryStore(),
  id = app,
  until: () => string | null = () => null,
) {
  const sent: HostMessage[] = [];
  const states: BrokerState[] = [initialBrokerState];
  const onLeft = vi.fn();
  const sleepers = new Set<() => void>();
  const wake = () => {
    for (const sleeper of [...sleepers]) sleeper();
  };
  const { source, place, tell, listeners } = sourceOf(store);
  const broker = createBroker({
    app: id,
    secrets: source,
    until,
    onWake(listener) {
      sleepers.add(listener);
      return () => sleepers.delete(listener);
    },
    send: (message) => sent.push(message),
    onChange: (state) => states.push(state),
    onLeft,
  });
  broker.loaded([]);
  const shown = () => states.at(-1)?.queue[0];
  const request = async (requestId: string, name: string) => {
    broker.request(requestId, name, null);
    await settle();
  };
  const allow = async (value: string | null) => {
    broker.allow(shown()?.key ?? 0, value);
    await settle();
  };
  return {
    ...{ broker, store, place, tell, listeners, sent, states, onLeft },
    ...{ shown, request, allow, wake, sleepers },
  };
}

export const value = (id: string, text = canary) => ({
  v: 1,
  type: "secret.value",
  id,
  value: text,
});
export const unavailable = (id: string) => ({
  v: 1,
  type: "secret.refused",
  id,
  code: "secret_unavailable",
});
export const revoked = (name: string) => ({ v: 1, type: "secret.revoked", name });
