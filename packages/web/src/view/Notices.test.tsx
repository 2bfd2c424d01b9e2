// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { type BrokerEvent, type BrokerState, initialBrokerState, step } from "../broker/state.ts";
import { Notices } from "./Notices.tsx";

afterEach(cleanup);

/** The notice of a broker that is in the state `given`. */
function show(given: Partial<BrokerState>) {
  let state = { ...initialBrokerState, ...given };
  const act = (event: BrokerEvent) => {
    state = step(state, event).state;
    view.rerender(<Notices broker={state} run={run} />);
  };
  const run = {
    askAgain: () => {
      act({ type: "askAgain" });
    },
    closeNotice: () => {
      act({ type: "noticeClosed" });
    },
    reloadApp: vi.fn(),
    focusApp: vi.fn(),
  };
  const view = render(<Notices broker={state} run={run} />);
  return { run, act };
}
const press = (name: string) => {
  const button = screen.getByRole("button", { name });
  button.focus();
  fireEvent.click(button);
};

test("the keyboard goes on to the next notice, and to the app when it is closed", () => {
  const { run } = show({ denied: ["KEY"] });
  press("Ask me again");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Run it again" }));
  press("Close this notice");
  expect(screen.queryByRole("region")).toBeNull();
  expect(run.focusApp).toHaveBeenCalledOnce();
});

test("an account out of reach can be tried again at once; storage that is blocked cannot", () => {
  const { run, act } = show({ unavailable: "account" });
  press("Run it again");
  expect(run.reloadApp).toHaveBeenCalledOnce();
  act({ type: "requested", id: "1", name: "KEY", reason: null });
  expect(run.focusApp).not.toHaveBeenCalled();
  act({
    type: "found",
    name: "KEY",
    standing: "granted",
    place: "account",
    loads: [],
    before: null,
  });
  expect(run.focusApp).toHaveBeenCalledOnce();
  cleanup();
  show({ unavailable: "tab" });
  expect(screen.queryByRole("button", { name: "Run it again" })).toBeNull();
});

test("a press counts no more for somebody who has turned to something else since", () => {
  const { run, act } = show({ unavailable: "account" });
  press("Run it again");
  fireEvent.pointerDown(document.body);
  screen.getByRole("button", { name: "Run it again" }).blur();
  act({ type: "found", name: "KEY", standing: "known", place: "account", loads: [], before: null });
  expect(screen.queryByRole("region")).toBeNull();
  expect(run.focusApp).not.toHaveBeenCalled();
});

test("a notice that goes by itself takes the keyboard nowhere", () => {
  const { run, act } = show({ unavailable: "account" });
  act({ type: "found", name: "KEY", standing: "known", place: "account", loads: [], before: null });
  expect(screen.queryByRole("region")).toBeNull();
  expect(run.focusApp).not.toHaveBeenCalled();
});
