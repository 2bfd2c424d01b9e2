import type { HostMessage } from "@portafilter/protocol";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Allowed, SecretStore, SecretsChange, Use } from "../stores/secret-store.ts";
import { createBroker } from "./broker.ts";
import { type BrokerState, initialBrokerState } from "./state.ts";
import { app, sourceOf } from "./testing.ts";

const name = "KEY";

/** One secret and whether `app` may have it, with all that the server tells of that, in its order. */
function createServer() {
  let kept: { value: string; granted: boolean } | null = null;
  let toTell: SecretsChange[] = [];
  const put = (value: string) => {
    if (kept?.value === value) return;
    kept = { granted: false, ...kept, value };
    toTell.push({ type: "revoked", app: null, name });
  };
  const give = () => {
    if (kept === null || kept.granted) return;
    kept.granted = true;
    toTell.push({ type: "given", app, name });
  };
  return {
    put,
    give,
    use: (): Use => {
      if (kept === null) return { standing: "unknown" };
      return kept.granted
        ? { standing: "granted", value: kept.value, until: null }
        : { standing: "known" };
    },
    allow: (value: string | null): Allowed => {
      if (value !== null) put(value);
      give();
      return kept === null ? { problem: "not_found" } : { value: kept.value };
    },
    allowOther: (value: string) => {
      put(value);
      toTell.push({ type: "given", app: "sother", name });
    },
    revoke: () => {
      if (kept?.granted !== true) return;
      kept.granted = false;
      toTell.push({ type: "revoked", app, name });
    },
    delete: () => {
      if (kept !== null) toTell.push({ type: "revoked", app: null, name });
      kept = null;
    },
    /** What has not been heard is lost. */
    resync: () => {
      toTell = [{ type: "revoked", app: null, name: null }];
    },
    next: () => toTell.shift(),
    allows: (value: string) => kept?.granted === true && kept.value === value,
  };
}

/** Calls that the server does, and that are answered, when the test says so. */
function createWire() {
  const calls: { done: boolean; work: () => void; answer: () => void; lose: () => void }[] = [];
  return {
    call<T>(work: () => T, problem: T): Promise<T> {
      const { promise, resolve } = Promise.withResolvers<T>();
      let result = problem;
      calls.push({
        done: false,
        work: () => {
          result = work();
        },
        answer: () => {
          resolve(result);
        },
        lose: () => {
          resolve(problem);
        },
      });
      return promise;
    },
    process: () => {
      const call = calls.find(({ done }) => !done);
      if (call === undefined) return;
      call.done = true;
      call.work();
    },
    answer: () => {
      const at = calls.findIndex(({ done }) => done);
      if (at >= 0) calls.splice(at, 1)[0]?.answer();
    },
    /** The page gives up; the server may do it all the same. */
    lose: () => {
      calls[0]?.lose();
    },
    isIdle: () => calls.length === 0,
  };
}

/** An app that asks when it has no value, and its broker. */
function createWorld() {
  const server = createServer();
  const wire = createWire();
  const store: SecretStore = {
    kind: "account",
    use: () => wire.call<Use>(server.use, { standing: "unavailable" }),
    allow: (_app, _name, value) =>
      wire.call<Allowed>(() => server.allow(value), { problem: "unreachable" }),
  };
  const { source, tell } = sourceOf(store);
  let state: BrokerState = initialBrokerState;
  let asked = 0;
  const has: { value: string | null; waits: boolean } = { value: null, waits: false };
  const broker = createBroker({
    app,
    secrets: source,
    until: () => null,
    onWake: () => () => undefined,
    send(message: HostMessage) {
      if (message.type === "secret.revoked") has.value = null;
      if (message.type === "secret.value") has.value = message.value;
      if (message.type === "secret.value" || message.type === "secret.refused") has.waits = false;
    },
    onChange(next) {
      state = next;
    },
    onLeft: () => undefined,
  });
  broker.loaded([]);
  const hear = () => {
    const change = server.next();
    if (change !== undefined) tell(change);
    return change !== undefined;
  };
  const ask = () => {
    if (has.value !== null || has.waits) return;
    has.waits = true;
    asked += 1;
    broker.request(String(asked), name, null);
  };
  /** Where there is a value, "b" is used as "Allow" without typing one. */
  const press = (typed: string) => {
    const shown = state.queue[0];
    if (shown !== undefined) broker.allow(shown.key, shown.known && typed === "b" ? null : typed);
  };
  return {
    server,
    has,
    happen: {
      ask,
      press,
      hear,
      process: wire.process,
      answer: wire.answer,
      lose: wire.lose,
      resync: server.resync,
      change: server.put,
      allow: server.allow,
      "allow another app": server.allowOther,
      give: server.give,
      revoke: server.revoke,
      delete: server.delete,
    },
    isAsked: () => state.queue.length > 0,
    /** Everything that is on its way arrives. */
    async arrive() {
      do {
        await turn();
        while (!wire.isIdle()) {
          wire.process();
          wire.answer();
          await turn();
        }
      } while (hear());
    },
  };
}

/** Lets every promise that is settled be heard of. */
async function turn(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}

const often = fc.constantFrom("ask", "press", "process", "answer", "hear");
const seldom = fc.constantFrom(
  ...([
    "lose",
    "resync",
    "change",
    "allow",
    "allow another app",
    "give",
    "revoke",
    "delete",
  ] as const),
);
/** What happens to one secret: here, on the way, and by other tabs; with a value that is typed. */
const happening = fc.tuple(fc.oneof(often, seldom), fc.constantFrom("a", "b"));

test("whatever happens in whatever order: an app ends up with the value it may have, or with none", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 40 }), async (story) => {
      const world = createWorld();
      for (const [what, typed] of story) {
        world.happen[what](typed);
        await turn();
      }
      await world.arrive();
      const { value, waits } = world.has;
      if (value !== null) expect(world.server.allows(value)).toBe(true);
      if (waits) expect(world.isAsked()).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});
