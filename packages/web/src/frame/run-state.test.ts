import { type FrameMessage, noLoads } from "@portafilter/protocol";
import { expect, test } from "vitest";
import type { Prompt } from "../broker/state.ts";
import { afterMessage, asksTheSame, initialRunState, withFailure } from "./run-state.ts";

const progress = (phase: "runtime" | "packages" | "starting" | "ready", done: number) =>
  ({ v: 1, type: "app.progress", phase, detail: "", done }) satisfies FrameMessage;

test("the bar never goes back", () => {
  const state = afterMessage(
    afterMessage(initialRunState, progress("packages", 0.7)),
    progress("packages", 0.2),
  );
  expect(state.done).toBe(0.7);
});

test("an app that is ready cannot bring the loading screen back", () => {
  const ready = afterMessage(initialRunState, progress("ready", 0));
  expect(ready).toMatchObject({ phase: "ready", done: 1 });
  expect(afterMessage(ready, progress("runtime", 0))).toBe(ready);
});

test("names asked for are listed once and bounded", () => {
  let state = initialRunState;
  for (let i = 0; i < 100; i++)
    state = afterMessage(state, {
      v: 1,
      type: "secret.request",
      id: `${i}`,
      name: `KEY_${i % 50}`,
      reason: null,
    });
  expect(state.asked).toHaveLength(20);
  expect(new Set(state.asked).size).toBe(20);
});

test("the first failure stays", () => {
  const state = withFailure(withFailure(initialRunState, { kind: "silent" }), {
    kind: "navigated",
  });
  expect(state.failure).toEqual({ kind: "silent" });
});

test("an answer is to what was drawn: another question, place, value or package makes it void", () => {
  const prompt: Prompt = {
    ...{ key: 1, name: "KEY", reason: null, known: false, place: "tab", ids: ["1"] },
    ...{ keeping: false, problem: null, loads: noLoads, atStart: [], changed: null },
  };
  const asking = (change: Partial<Prompt>) => ({
    ...initialRunState,
    broker: { ...initialRunState.broker, queue: [{ ...prompt, ...change }] },
  });
  const drawn = asking({});
  expect(asksTheSame(asking({ ids: ["1", "2"] }), drawn)).toBe(true);
  for (const change of [
    { key: 2 },
    { known: true },
    { loads: [...noLoads] },
    { changed: { before: null } },
    { place: "account" },
  ] as const)
    expect(asksTheSame(asking(change), drawn)).toBe(false);
  expect(asksTheSame(initialRunState, drawn)).toBe(false);
});
