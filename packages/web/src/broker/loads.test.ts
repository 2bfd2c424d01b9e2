import type { HostMessage, Loads } from "@portafilter/protocol";
import { expect, test } from "vitest";
import type { SecretStore, Use } from "../stores/secret-store.ts";
import { createBroker } from "./broker.ts";
import { type BrokerState, initialBrokerState } from "./state.ts";
import { app, canary, settle, sourceOf, unavailable, value } from "./testing.ts";

const item = (name: string, digit = "a") => ({ name, version: "1.0", sha256: digit.repeat(64) });
const [one, two] = [item("one"), item("two")];

/** A broker of a run that has said nothing yet, and a store that remembers for which packages. */
function setUp() {
  let allowed: Loads | null = null;
  const asked: Loads[] = [];
  let reachable = true;
  let gate: Promise<unknown> = Promise.resolve();
  const look = (loads: Loads): Use => {
    if (!reachable) return { standing: "unavailable" };
    if (allowed === null) return { standing: "unknown" };
    return JSON.stringify(allowed) === JSON.stringify(loads)
      ? { standing: "granted", value: canary, until: null }
      : { standing: "changed", before: allowed };
  };
  const store: SecretStore = {
    kind: "account",
    async use({ loads }) {
      asked.push(loads);
      const answer = look(loads);
      await gate;
      return answer;
    },
    async allow({ loads }) {
      allowed = loads;
      await gate;
      return { value: canary };
    },
  };
  const sent: HostMessage[] = [];
  let state: BrokerState = initialBrokerState;
  const broker = createBroker({
    app,
    secrets: sourceOf(store).source,
    until: () => null,
    onWake: () => () => undefined,
    send: (message) => sent.push(message),
    onChange: (next) => {
      state = next;
    },
    onLeft: () => undefined,
  });
  return {
    ...{ broker, sent, asked },
    goAway: () => {
      reachable = false;
    },
    shown: () => state.queue[0],
    request: async (id: string) => {
      broker.request(id, "KEY", null);
      await settle();
    },
    hold: () => {
      const held = Promise.withResolvers<undefined>();
      gate = held.promise;
      return () => {
        held.resolve(undefined);
      };
    },
  };
}

test("attack A11: a request before it is known what the app loads is refused", async () => {
  const { broker, sent, asked, request, shown } = setUp();
  await request("1");
  expect(sent).toEqual([unavailable("1")]);
  expect([asked, shown()]).toEqual([[], undefined]);
  broker.loaded([]);
  await request("2");
  expect(shown()).toMatchObject({ name: "KEY", loads: [] });
});

test("attack A11: what is loaded later counts for what is asked later, and is told", async () => {
  const { broker, sent, request, shown } = setUp();
  broker.loaded([one]);
  await request("1");
  broker.allow(shown()?.key ?? 0, canary);
  await settle();
  expect(sent).toEqual([value("1")]);

  broker.loaded([two]);
  await request("2");
  expect(shown()).toMatchObject({ loads: [one, two], changed: { before: [one] }, known: true });
  broker.allow(shown()?.key ?? 0, null);
  await settle();
  expect(sent).toEqual([value("1"), value("2")]);
});

test("attack A11: an open question is asked anew when the app loads more, and no answer to it counts", async () => {
  const { broker, sent, request, shown } = setUp();
  broker.loaded([one]);
  await request("1");
  const key = shown()?.key ?? 0;
  broker.loaded([two]);
  broker.allow(key, canary);
  await settle();
  expect(shown()?.key).not.toBe(key);
  broker.allow(key, canary);
  await settle();
  expect(sent).toEqual([]);
  expect(shown()).toMatchObject({ loads: [one, two], keeping: false });
});

test("attack A11: where the account cannot be asked about more, the question says what is loaded", async () => {
  const { broker, request, shown, goAway } = setUp();
  broker.loaded([one]);
  await request("1");
  goAway();
  broker.loaded([two]);
  await settle();
  expect(shown()).toMatchObject({ loads: [one, two], problem: "secret_unavailable" });
});

test("attack A11: what is loaded while an Allow is being kept gets nothing by it", async () => {
  const { broker, sent, request, shown, hold } = setUp();
  broker.loaded([one]);
  await request("1");
  const release = hold();
  broker.allow(shown()?.key ?? 0, canary);
  await settle();
  broker.loaded([two]);
  release();
  await settle();
  expect(sent).toEqual([]);
  expect(shown()).toMatchObject({ loads: [one, two], changed: { before: [one] } });
});

test("attack A11: a look-up for fewer packages gives nothing to more", async () => {
  const { broker, sent, asked, request, shown, hold } = setUp();
  broker.loaded([one]);
  await request("1");
  broker.allow(shown()?.key ?? 0, canary);
  await settle();
  const release = hold();
  await request("2");
  broker.loaded([two]);
  release();
  await settle();
  expect(asked.at(-1)).toEqual([one, two]);
  expect(sent).toEqual([value("1")]);
  expect(shown()).toMatchObject({ ids: ["2"], loads: [one, two] });
});

test("what is told twice changes nothing, and a list that grows too long is refused", async () => {
  const { broker, request, shown } = setUp();
  expect(broker.loaded([one])).toBe(true);
  await request("1");
  const key = shown()?.key;
  expect(broker.loaded([one])).toBe(true);
  expect(shown()?.key).toBe(key);
  const many = Array.from({ length: 200 }, (_, at) => item(`p${at}`));
  expect(broker.loaded(many)).toBe(false);
  expect(shown()?.loads).toEqual([one]);
});
