import { pino } from "pino";
import { expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { createMissingLog } from "./missing-log.ts";

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const clock = { now: 0 };
  const missing = createMissingLog(pino({ base: null }, { write }), () => clock.now);
  const ask = (userId: string, error: unknown = new Problem("not_found")) => {
    missing(error, { userId, operation: "revealSecret", id: "r-1" });
  };
  return { lines, clock, ask, users: () => lines.map(({ userId }) => userId) };
}

test("an account that asks for what it does not have has one line a minute", () => {
  const { clock, ask, users, lines } = setUp();
  for (let n = 0; n < 1_000; n++) ask("eve");
  ask("bob");
  expect(users()).toEqual(["eve", "bob"]);
  clock.now += 59_999;
  ask("eve");
  clock.now += 1;
  ask("eve");
  expect(users()).toEqual(["eve", "bob", "eve"]);
  expect(lines[0]).toMatchObject({ level: 40, operation: "revealSecret", id: "r-1" });
});

test("other failures have none, and forgotten accounts have theirs again", () => {
  const { ask, users } = setUp();
  ask("eve", new Problem("bad_request"));
  ask("eve", new Error());
  expect(users()).toEqual([]);
  ask("eve");
  for (let n = 0; n < 10_000; n++) ask(`user-${n}`);
  ask("eve");
  expect(users().filter((user) => user === "eve")).toHaveLength(2);
});
