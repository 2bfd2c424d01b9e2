import { limits } from "@portafilter/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Place } from "../stores/secret-store.ts";
import { type BrokerEvent, denialLimit, initialBrokerState, type Reply, step } from "./state.ts";

/** Runs events from the beginning and collects what they made the broker do, but for looking up. */
function play(events: readonly (BrokerEvent | readonly BrokerEvent[])[]) {
  let state = initialBrokerState;
  const replies: Reply[] = [];
  for (const event of events.flat()) {
    const next = step(state, event);
    state = next.state;
    replies.push(...next.replies.filter((reply) => reply.type !== "lookUp"));
  }
  return { state, replies };
}

type Standing = Extract<BrokerEvent, { type: "found" }>["standing"];
const requested = (id: string, name: string): BrokerEvent => ({
  type: "requested",
  id,
  name,
  reason: null,
});
const found = (name: string, standing: Standing, place: Place = "tab"): BrokerEvent => ({
  type: "found",
  name,
  standing,
  place,
  loads: [],
  before: null,
});
/** A request, and what its look-up finds. */
const ask = (id: string, name: string, standing: Standing = "unknown", place: Place = "tab") => [
  requested(id, name),
  found(name, standing, place),
];
const notKept = { type: "notKept", key: 1, problem: "secret_unavailable" } as const;
const refused = (id: string, code: string) => ({ type: "refuse", id, code });

describe("asking", () => {
  test("a granted name is released without a prompt", () => {
    const { state, replies } = play([ask("1", "KEY", "granted")]);
    expect(replies).toEqual([{ type: "release", id: "1", name: "KEY" }]);
    expect(state.queue).toEqual([]);
  });

  test("requests for one name share a prompt, and its answer", () => {
    const { state, replies } = play([
      ask("1", "KEY"),
      ask("2", "KEY"),
      { type: "allowed", key: 1 },
    ]);
    expect(state.queue).toEqual([]);
    expect(replies).toEqual([
      { type: "release", id: "1", name: "KEY" },
      { type: "release", id: "2", name: "KEY" },
    ]);
  });

  test("names are compared exactly", () => {
    const names = ["KEY", "Key", "KEY_", "__proto__", "constructor"];
    const { state } = play(names.map((name) => ask(name, name)));
    expect(state.queue.map((prompt) => prompt.name)).toEqual(names);
  });

  test("a second name waits behind the first", () => {
    const { state, replies } = play([ask("1", "A"), ask("2", "B"), { type: "allowed", key: 2 }]);
    expect(state.queue.map((prompt) => prompt.name)).toEqual(["A", "B"]);
    expect(replies).toEqual([]);
  });

  test("without a store nothing is asked", () => {
    const { state, replies } = play([ask("1", "KEY", "unavailable")]);
    expect(replies).toEqual([refused("1", "secret_unavailable")]);
    expect(state).toMatchObject({ queue: [], unavailable: "tab" });
  });

  test("a value that could not be kept is not sent", () => {
    const { state, replies } = play([ask("1", "KEY"), notKept]);
    expect(replies).toEqual([refused("1", "secret_unavailable")]);
    expect(state).toMatchObject({ queue: [], unavailable: "tab", denied: [] });
  });
});

describe("denying", () => {
  test("a denied name is refused without a prompt until the visitor wants to be asked", () => {
    const denied = [ask("1", "KEY"), { type: "denied", key: 1 } as const, requested("2", "KEY")];
    const before = play(denied);
    expect(before.replies).toEqual([refused("1", "secret_denied"), refused("2", "secret_denied")]);
    expect(before.state).toMatchObject({ queue: [], denied: ["KEY"] });

    const after = play([...denied, { type: "askAgain" }, ask("3", "KEY")]);
    expect(after.replies.at(-1)).toEqual({ type: "askAgain", name: "KEY" });
    expect(after.state.queue).toMatchObject([{ name: "KEY", ids: ["3"] }]);
    expect(after.state).toMatchObject({ denied: [], askable: [] });
  });

  test("after several denials the rest is refused unseen, until the visitor wants it", () => {
    const names = Array.from({ length: denialLimit + 2 }, (_, i) => `KEY_${i}`);
    const events = names.flatMap((name) => ask(name, name));
    for (let key = 1; key <= denialLimit; key++) events.push({ type: "denied", key });
    const { state, replies } = play([...events, ask("late", "LATE")]);
    expect(state).toMatchObject({ queue: [], refusing: true, denied: [...names, "LATE"] });
    expect(replies).toEqual([...names, "late"].map((id) => refused(id, "secret_denied")));

    const again = step(state, { type: "askAgain" });
    expect(again.state).toMatchObject({ refusing: false, denials: 0, denied: [] });
    expect(again.replies).toHaveLength(names.length + 1);
    const asked = step(again.state, requested("now", "NOW"));
    expect(step(asked.state, found("NOW", "unknown")).state.queue).toHaveLength(1);
  });

  test("what is remembered about a flood of denied names is bounded", () => {
    const events: BrokerEvent[] = [];
    for (let key = 1; key <= denialLimit; key++)
      events.push(...ask(`${key}`, `D${key}`), { type: "denied", key });
    for (let i = 0; i < 1_000; i++) events.push(...ask(`x${i}`, `X${i}`));
    const { state, replies } = play(events);
    expect(replies).toHaveLength(1_000 + denialLimit);
    expect(state.denied).toHaveLength(100);
  });
});

describe("a flood", () => {
  const kinds = ["one name", "many names"].flatMap((kind) =>
    ["looked up at once", "never looked up"].map((speed) => [kind, speed] as const),
  );
  test.each(kinds)("of 1000 requests for %s, %s", (kind, speed) => {
    const names = Array.from({ length: 1_000 }, (_, i) =>
      kind === "one name" ? "KEY" : `KEY_${i}`,
    );
    const events = names.map((name, i) =>
      speed === "never looked up" ? requested(`${i}`, name) : ask(`${i}`, name),
    );
    const { state, replies } = play(events);
    const open = speed === "never looked up" ? state.lookups : state.queue;
    expect(open).toHaveLength(kind === "one name" ? 1 : limits.pendingRequests);
    expect(replies).toEqual(
      names
        .slice(limits.pendingRequests)
        .map((_, i) => refused(`${i + limits.pendingRequests}`, "secret_busy")),
    );
  });

  test("of requests for one name is looked up once", () => {
    let state = initialBrokerState;
    const lookUps: Reply[] = [];
    for (let i = 0; i < 40; i++) {
      const next = step(state, requested(`${i}`, "KEY"));
      state = next.state;
      lookUps.push(...next.replies);
    }
    expect(lookUps).toEqual([{ type: "lookUp", name: "KEY" }]);
    expect(step(state, found("KEY", "granted")).replies).toHaveLength(40);
  });
});

describe("a look-up", () => {
  test("whose requests were cancelled opens and releases nothing", () => {
    for (const standing of ["granted", "known", "unknown", "unavailable"] as const) {
      const { state, replies } = play([
        requested("1", "KEY"),
        { type: "cancelled", id: "1" },
        found("KEY", standing),
      ]);
      expect(replies).toEqual([]);
      expect(state).toEqual(initialBrokerState);
    }
  });

  test("in an account out of reach refuses, and says which place it was", () => {
    const { state, replies } = play([ask("1", "KEY", "unavailable", "account")]);
    expect(replies).toEqual([refused("1", "secret_unavailable")]);
    expect(state.unavailable).toBe("account");
  });

  test("that an account answers takes back that it is out of reach", () => {
    const { state } = play([
      ask("1", "KEY", "unavailable", "account"),
      ask("2", "KEY", "granted", "account"),
    ]);
    expect(state.unavailable).toBeNull();
  });

  test("anew answers an open prompt when the app was allowed elsewhere", () => {
    const { state, replies } = play([ask("1", "KEY"), found("KEY", "granted", "account")]);
    expect(state.queue).toEqual([]);
    expect(replies).toEqual([{ type: "release", id: "1", name: "KEY" }]);
  });

  test("anew tells an open prompt what it is about now, and keeps its key", () => {
    const { state } = play([ask("1", "KEY"), found("KEY", "known", "account")]);
    expect(state.queue).toMatchObject([{ key: 1, known: true, place: "account", problem: null }]);
    const back = step(state, found("KEY", "unavailable", "account"));
    expect(back.state.queue).toMatchObject([{ key: 1, problem: "secret_unavailable" }]);
  });
});

describe("while a value is being kept", () => {
  const keeping = [ask("1", "KEY", "unknown", "account"), { type: "keeping", key: 1 } as const];

  test("the prompt stays, and is not denied any more", () => {
    const { state, replies } = play([...keeping, { type: "denied", key: 1 }]);
    expect(state.queue).toMatchObject([{ key: 1, keeping: true }]);
    expect(replies).toEqual([]);
  });

  test("a failure of the account leaves the prompt open to try again", () => {
    const { state, replies } = play([...keeping, notKept]);
    expect(state.queue).toMatchObject([{ keeping: false, problem: "secret_unavailable" }]);
    expect(replies).toEqual([]);
    const again = step(state, { type: "keeping", key: 1 }).state;
    expect(again.queue).toMatchObject([{ keeping: true, problem: null }]);
  });

  test("who asks for the same name meanwhile gets the same answer", () => {
    const { replies } = play([...keeping, requested("2", "KEY"), { type: "allowed", key: 1 }]);
    expect(replies).toEqual([
      { type: "release", id: "1", name: "KEY" },
      { type: "release", id: "2", name: "KEY" },
    ]);
  });
});

test("an app that was denied here and allowed elsewhere may ask again", () => {
  const { state, replies } = play([
    ask("1", "KEY"),
    { type: "denied", key: 1 },
    { type: "given", name: "KEY" },
    { type: "given", name: "OTHER" },
  ]);
  expect(replies.slice(1)).toEqual([{ type: "askAgain", name: "KEY" }]);
  expect(state.denied).toEqual([]);
});

describe("an answer that comes too late releases nothing", () => {
  const late: [string, BrokerEvent[]][] = [
    ["cancelled", [{ type: "cancelled", id: "1" }]],
    ["stopped", [{ type: "stopped" }]],
    ["denied", [{ type: "denied", key: 1 }]],
    ["replaced by another", [{ type: "cancelled", id: "1" }, ...ask("2", "KEY")]],
  ];
  test.each(late)("%s", (_what, between) => {
    const { replies } = play([ask("1", "KEY"), ...between, { type: "allowed", key: 1 }]);
    expect(replies.filter((reply) => reply.type === "release")).toEqual([]);
  });

  test("a cancelled request leaves the others of its prompt", () => {
    const { replies } = play([
      ask("1", "KEY"),
      ask("2", "KEY"),
      { type: "cancelled", id: "1" },
      { type: "allowed", key: 1 },
    ]);
    expect(replies).toEqual([{ type: "release", id: "2", name: "KEY" }]);
  });

  test("a stopped broker answers nobody", () => {
    const { replies } = play([{ type: "stopped" }, ask("1", "KEY", "granted")]);
    expect(replies).toEqual([]);
  });
});

test("whatever happens, each request is answered at most once, and only a grant or an Allow releases", () => {
  const name = fc.constantFrom("A", "B", "C", "D");
  const anyEvent = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant("requested" as const), name }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant("found" as const),
        name,
        standing: fc.constantFrom("granted", "known", "unknown", "unavailable"),
        place: fc.constantFrom("tab", "account"),
      }),
    },
    fc.record({
      type: fc.constantFrom("keeping", "allowed", "denied", "notKept"),
      key: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({ type: fc.constant("given"), name }),
    fc.record({ type: fc.constant("cancelled" as const), id: fc.nat(40).map(String) }),
    fc.record({ type: fc.constantFrom("left", "askAgain", "noticeClosed", "stopped") }),
  );
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (drawn) => {
      let state = initialBrokerState;
      const answered = new Set<string>();
      for (const [index, event] of drawn.entries()) {
        const played = (
          event.type === "requested" ? { ...event, id: String(index), reason: null } : event
        ) as BrokerEvent;
        const next = step(state, played);
        const before = state;
        const shown = before.queue[0];
        state = next.state;
        for (const reply of next.replies) {
          if (reply.type === "askAgain" || reply.type === "lookUp") continue;
          expect(answered.has(reply.id)).toBe(false);
          answered.add(reply.id);
          if (reply.type !== "release") continue;
          if (played.type === "found") {
            expect(played).toMatchObject({ standing: "granted", name: reply.name });
            const asked = [...before.lookups, ...before.queue].filter(
              (one) => one.name === reply.name,
            );
            expect(asked.flatMap(({ ids }) => ids)).toContain(reply.id);
          } else {
            expect(played).toMatchObject({ type: "allowed", key: shown?.key });
            expect(shown?.ids).toContain(reply.id);
          }
        }
        const names = [...state.lookups, ...state.queue].map((one) => one.name);
        expect(new Set(names).size).toBe(names.length);
      }
    }),
  );
});
