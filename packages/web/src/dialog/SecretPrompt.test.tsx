// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Prompt } from "../broker/state.ts";
import { SecretPrompt } from "./SecretPrompt.tsx";

vi.mock("./sight.ts", () => ({ areInSight: () => true }));

const prompt: Prompt = {
  key: 1,
  name: "KEY",
  reason: null,
  known: true,
  loads: [],
  atStart: [],
  changed: null,
  place: "tab",
  keeping: false,
  problem: null,
  ids: ["1"],
};
const who = { name: "Trip planner", owner: "ada" };

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function show(first: readonly Prompt[]) {
  const run = { allow: vi.fn(), deny: vi.fn(), stopGrabbing: vi.fn(), focusApp: vi.fn() };
  const element = (queue: readonly Prompt[]) => <SecretPrompt queue={queue} who={who} run={run} />;
  const view = render(element(first));
  act(() => {
    vi.advanceTimersByTime(2_000);
  });
  return {
    run,
    queue: (queue: readonly Prompt[]) => {
      view.rerender(element(queue));
    },
  };
}

function allow(): void {
  const event = new MouseEvent("click", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "isTrusted", { value: true });
  fireEvent(screen.getByRole("button", { name: "Allow" }), event);
}

test("the app has the keyboard again when its last question is answered", () => {
  const { run, queue } = show([prompt, { ...prompt, key: 2, name: "OTHER" }]);
  fireEvent.click(screen.getByRole("button", { name: "Deny" }));
  queue([{ ...prompt, key: 2, name: "OTHER" }]);
  expect(run.focusApp).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "Deny" }));
  queue([]);
  expect(run.focusApp).toHaveBeenCalledOnce();
});

test("and when what was allowed is kept", () => {
  const { run, queue } = show([prompt]);
  allow();
  expect(run.allow).toHaveBeenCalledOnce();
  queue([{ ...prompt, keeping: true }]);
  expect(run.focusApp).not.toHaveBeenCalled();
  queue([]);
  expect(run.focusApp).toHaveBeenCalledOnce();
});

test("an app that takes its question back does not get the keys that are being typed", () => {
  const { run, queue } = show([prompt]);
  queue([]);
  expect(run.focusApp).not.toHaveBeenCalled();
});

test("nor does one that takes it back after what was allowed could not be kept", () => {
  const { run, queue } = show([prompt]);
  allow();
  queue([{ ...prompt, keeping: true }]);
  queue([{ ...prompt, problem: "secret_unavailable" }]);
  queue([]);
  expect(run.focusApp).not.toHaveBeenCalled();
});
