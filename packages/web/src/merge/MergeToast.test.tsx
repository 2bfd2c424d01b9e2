// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { MergeToast } from "./MergeToast.tsx";
import type { MergeState } from "./merger.ts";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function show(state: Partial<MergeState>) {
  const whole: MergeState = { outcome: null, problem: null, passes: true, ...state };
  const retry = vi.fn();
  const ports = { get: () => whole, subscribe: () => () => undefined, close: vi.fn(), retry };
  render(<MergeToast merger={ports} />);
  return { text: screen.getByRole("region").textContent, retry };
}

test("names everything that moved, and everything that had two values", () => {
  const moved = ["A_KEY", "B_KEY", "C_KEY"];
  const replaced = ["D_KEY", "E_KEY", "F_KEY", "G_KEY", "H_KEY"];
  const { text } = show({ outcome: { moved, same: [], replaced } });
  expect(text).toContain(`8 secrets moved from this tab into your account: ${moved.join(", ")}, `);
  expect(text).toContain(`${replaced.join(", ")} had other values in your account.`);
});

test("one that had two values is told in the singular", () => {
  const { text } = show({ outcome: { moved: [], same: [], replaced: ["KEY"] } });
  expect(text).toContain("KEY had another value in your account. The one from this tab is used");
});

test("what passes by itself is said to be tried again", () => {
  expect(show({ problem: "database_unavailable" }).text).toContain("it is tried again");
});

test("what does not says why and what to do, and is tried again by the visitor", () => {
  const { text, retry } = show({ problem: "secret_limit", passes: false });
  expect(text).toContain("were not moved into your account. They are still in this tab.");
  expect(text).toContain("Delete one you no longer need.");
  expect(text).not.toContain("tried again");
  fireEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(retry).toHaveBeenCalledOnce();
});

test.each([
  ["what had it before", "#before"],
  ["the page's title, when that has gone", "h1"],
])("closed, the keyboard goes back to %s, and the page stays where it is", (_, where) => {
  const page = document.createElement("main");
  page.innerHTML = '<h1>Secrets</h1><button id="before">Add</button>';
  document.body.append(page);
  const listeners = new Set<() => void>();
  let state: MergeState = {
    outcome: { moved: ["KEY"], same: [], replaced: [] },
    problem: null,
    passes: true,
  };
  const merger = {
    get: () => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      state = { ...state, outcome: null };
      for (const listener of listeners) listener();
    },
    retry: vi.fn(),
  };
  render(<MergeToast merger={merger} />);
  const before = page.querySelector("button");
  before?.focus();
  const close = screen.getByRole("button", { name: "Close this message" });
  close.focus();
  if (where === "h1") before?.remove();
  const focus = vi.spyOn(HTMLElement.prototype, "focus");
  fireEvent.click(close);
  expect(focus.mock.lastCall).toEqual([{ preventScroll: true }]);
  expect(screen.queryByRole("region")).toBeNull();
  expect(document.activeElement).toBe(page.querySelector(where));
  page.remove();
});
