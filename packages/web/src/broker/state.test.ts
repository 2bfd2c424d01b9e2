import { limits } from "@portafilter/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BrokerEvent, denialLimit, initialBrokerState, type Reply, step } from "./state.ts";

/** Runs events from the beginning and collects what they made the broker do. */
function play(events: readonly BrokerEvent[]) {
  let state = initialBrokerState;
  const replies: Reply[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    replies.push(...next.replies);
  }
  return { state, replies };
}

const ask = (
  id: string,
  name: string,
  standing: Extract<BrokerEvent, { type: "requested" }>["standing"] = "unknown",
): BrokerEvent => ({ type: "requested", id, name, reason: null, standing });
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
    expect(state).toMatchObject({ queue: [], unavailable: true });
  });

  test("a value that could not be kept is not sent", () => {
    const { state, replies } = play([ask("1", "KEY"), { type: "notKept", key: 1 }]);
    expect(replies).toEqual([refused("1", "secret_unavailable")]);
    expect(state).toMatchObject({ queue: [], unavailable: true, denied: [] });
  });
});

describe("denying", () => {
  test("a denied name is refused without a prompt until the visitor wants to be asked", () => {
    const denied = [ask("1", "KEY"), { type: "denied", key: 1 }, ask("2", "KEY")] as const;
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
    const events: BrokerEvent[] = names.map((name) => ask(name, name));
    for (let key = 1; key <= denialLimit; key++) events.push({ type: "denied", key });
    const { state, replies } = play([...events, ask("late", "LATE")]);
    expect(state).toMatchObject({ queue: [], refusing: true, denied: [...names, "LATE"] });
    expect(replies).toEqual([...names, "late"].map((id) => refused(id, "secret_denied")));

    const again = step(state, { type: "askAgain" });
    expect(again.state).toMatchObject({ refusing: false, denials: 0, denied: [] });
    expect(again.replies).toHaveLength(names.length + 1);
    expect(step(again.state, ask("now", "NOW")).state.queue).toHaveLength(1);
  });

  test("what is remembered about a flood of denied names is bounded", () => {
    const events: BrokerEvent[] = [];
    for (let key = 1; key <= denialLimit; key++)
      events.push(ask(`${key}`, `D${key}`), { type: "denied", key });
    for (let i = 0; i < 1_000; i++) events.push(ask(`x${i}`, `X${i}`));
    const { state, replies } = play(events);
    expect(replies).toHaveLength(1_000 + denialLimit);
    expect(state.denied).toHaveLength(100);
  });
});

describe("a flood", () => {
  test.each(["one name", "many names"])("of 1000 requests for %s", (kind) => {
    const events = Array.from({ length: 1_000 }, (_, i) =>
      ask(`${i}`, kind === "one name" ? "KEY" : `KEY_${i}`),
    );
    const { state, replies } = play(events);
    expect(state.queue).toHaveLength(kind === "one name" ? 1 : limits.pendingRequests);
    expect(replies).toEqual(
      events
        .slice(limits.pendingRequests)
        .map((_, i) => refused(`${i + limits.pendingRequests}`, "secret_busy")),
    );
  });
});

describe("an answer that comes too late releases nothing", () => {
  const late: [string, BrokerEvent[]][] = [
    ["cancelled", [{ type: "cancelled", id: "1" }]],
    ["stopped", [{ type: "stopped" }]],
    ["denied", [{ type: "denied", key: 1 }]],
    ["replaced by another", [{ type: "cancelled", id: "1" }, ask("2", "KEY")]],
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
    fc.record({
      type: fc.constantFrom("allowed", "denied", "notKept"),
      key: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({ type: fc.constant("cancelled" as const), id: fc.nat(40).map(String) }),
    fc.record({ type: fc.constantFrom("askAgain", "noticeClosed", "stopped") }),
  );
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (drawn) => {
      let state = initialBrokerState;
      const answered = new Set<string>();
      for (const [index, event] of drawn.entries()) {
        const played = (
          event.type === "requested"
            ? { ...event, id: String(index), reason: null, standing: "unknown" }
            : event
        ) as BrokerEvent;
        const next = step(state, played);
        const shown = state.queue[0];
        state = next.state;
        for (const reply of next.replies) {
          if (reply.type === "askAgain") continue;
          expect(answered.has(reply.id)).toBe(false);
          answered.add(reply.id);
          if (reply.type !== "release") continue;
          expect(played).toMatchObject({ type: "allowed", key: shown?.key });
          expect(shown?.ids).toContain(reply.id);
        }
        expect(new Set(state.queue.map((p) => p.name)).size).toBe(state.queue.length);
      }
    }),
  );
});
