import { budgets, consoleMessageCost, type FrameMessage } from "@portafilter/protocol";
import { describe, expect, test } from "vitest";
import { createGate, violationLimit } from "./gate.ts";

const request = (id: string): FrameMessage => ({
  ...{ v: 1, type: "secret.request", name: `KEY_${id}`, reason: null },
  id,
});
const cancel = (id: string): FrameMessage => ({ v: 1, type: "secret.cancel", id });
const line = (text: string): FrameMessage => ({
  ...{ v: 1, type: "app.console", stream: "stdout" },
  text,
});
const progress = (phase: "packages" | "ready"): FrameMessage => ({
  ...{ v: 1, type: "app.progress", detail: "", done: 0.5 },
  phase,
});

function setUp() {
  const world = { time: 0, dropped: 0, excess: 0, cut: 0 };
  const passed: FrameMessage[] = [];
  const refused: string[] = [];
  const gate = createGate(
    {
      pass: (message) => passed.push(message),
      refuse: (id) => refused.push(id),
      dropped: (count) => (world.dropped = count),
      excess: (count) => (world.excess = count),
      cutOff: () => (world.cut += 1),
    },
    () => world.time,
  );
  const say = (data: unknown) => {
    gate.take({ data });
  };
  return { world, passed, refused, gate, say };
}

describe("attack A5: a budget for each kind of message", () => {
  test("requests beyond it are refused, one by one, and the run goes on", () => {
    const { world, passed, refused, say } = setUp();
    const { atOnce, perSecond } = budgets["secret.request"];
    for (let i = 0; i < 1_000; i++) say(request(`${i}`));
    expect(passed).toHaveLength(atOnce);
    expect(refused).toHaveLength(1_000 - atOnce);
    world.time += 1_000;
    for (let i = 1_000; i < 2_000; i++) say(request(`${i}`));
    expect(passed).toHaveLength(atOnce + perSecond);
    expect(world.cut).toBe(0);
  });

  test("packages without end end the run: what it loads must not go unheard", () => {
    const { world, passed, say } = setUp();
    for (let i = 0; i < 1_000; i++) say({ v: 1, type: "app.loads", packages: [] });
    expect(passed).toHaveLength(budgets["app.loads"].atOnce);
    expect(world.cut).toBe(1);
  });

  test("questions that come and go end the run", () => {
    const { world, passed, say } = setUp();
    for (let i = 0; i < 700; i++) {
      world.time += 1;
      say(request(`${i}`));
      say(cancel(`${i}`));
    }
    expect(world.cut).toBe(1);
    expect(passed.length).toBeLessThanOrEqual(2 * budgets["secret.cancel"].atOnce + 2);
  });

  test("news of a start is dropped, and that it is ready never is", () => {
    const { world, passed, say, gate } = setUp();
    for (let i = 0; i < 1_000; i++) say(progress("packages"));
    for (let i = 0; i < 1_000; i++) say(progress("ready"));
    expect(passed).toHaveLength(budgets["app.progress"].atOnce + 1);
    expect(passed.at(-1)).toMatchObject({ phase: "ready" });
    gate.report();
    expect(world).toMatchObject({ excess: 2_000 - passed.length, cut: 0 });
  });

  test("output is left out, it is said how many lines, and the run goes on", () => {
    const { world, passed, gate, say } = setUp();
    const text = "a line\n".repeat(1_000);
    for (let i = 0; i < 1_000; i++) say(line(text));
    const shown = passed.length;
    expect(shown * (text.length + consoleMessageCost)).toBeLessThanOrEqual(
      budgets["app.console"].atOnce,
    );
    gate.report();
    gate.report();
    expect(passed.slice(shown)).toEqual([
      {
        ...{ v: 1, type: "app.console", stream: "system" },
        text: `${(1_000 - shown) * 1_000} lines were left out: the app printed faster than can be shown.\n`,
      },
    ]);
    expect(world).toMatchObject({ excess: 1_000 - shown, cut: 0 });
  });

  test("a failure is told once", () => {
    const { passed, say } = setUp();
    for (let i = 0; i < 10; i++)
      say({ v: 1, type: "app.failed", phase: "ready", message: "stopped" });
    expect(passed).toHaveLength(1);
  });

  test("all of them together have one, and nothing is read after it", () => {
    const { world, gate, say } = setUp();
    for (let i = 0; i < budgets.port.atOnce; i++) say(progress("packages"));
    expect(world.cut).toBe(0);
    const unread = {
      get data(): never {
        throw new Error("read");
      },
    };
    for (let i = 0; i < 10; i++) gate.take(unread);
    expect(world.cut).toBe(1);
  });
});

test("attack A3: an id is used once, whether it was refused or passed", () => {
  const { world, passed, refused, say } = setUp();
  for (let i = 0; i <= budgets["secret.request"].atOnce; i++) say(request(`${i}`));
  say(request("0"));
  say(request(refused[0] ?? ""));
  expect(world.dropped).toBe(2);
  expect(new Set(passed).size).toBe(budgets["secret.request"].atOnce);
});

test("what is no message is counted, and too much of it ends the run", () => {
  const { world, passed, say } = setUp();
  for (let i = 0; i < 2 * violationLimit; i++) say({ i });
  expect(world).toMatchObject({ dropped: violationLimit, cut: 1 });
  say(request("late"));
  expect(passed).toEqual([]);
});

describe("an honest run", () => {
  test("asks for fifty names in a loop", () => {
    const { refused, passed, say } = setUp();
    for (let i = 0; i < 50; i++) say(request(`${i}`));
    expect([passed.length, refused.length]).toEqual([50, 0]);
  });

  test("prints 5,000 lines in a second", () => {
    const { world, passed, gate, say } = setUp();
    for (let chunk = 0; chunk < 20; chunk++) {
      world.time += 50;
      say(line("one of five thousand lines of an honest program\n".repeat(250)));
    }
    gate.report();
    expect(passed).toHaveLength(20);
    expect(world).toMatchObject({ excess: 0, cut: 0 });
  });
});
