// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { initialRunState, type RunState } from "../frame/run-state.ts";
import { LoadingScreen } from "./LoadingScreen.tsx";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const loading = (done: number): RunState => ({
  ...initialRunState,
  phase: "packages",
  detail: "numpy, 2.9 MB",
  done,
});
const pass = (seconds: number) => {
  act(() => {
    vi.advanceTimersByTime(seconds * 1000);
  });
};

test("says what is loading and how far it is", () => {
  render(<LoadingScreen state={loading(0.7)} />);
  const bar = screen.getByRole("progressbar", { name: "Loading the app" });
  expect(bar.getAttribute("value")).toBe("0.7");
  expect(bar.getAttribute("aria-valuetext")).toBe("Loading numpy, 2.9 MB");
});

test("says why it takes long, and a minute after the last news that nothing moves", () => {
  const { rerender } = render(<LoadingScreen state={loading(0.6)} />);
  expect(screen.queryByText(/first start downloads/)).toBeNull();
  pass(50);
  expect(screen.getByText(/first start downloads/)).toBeTruthy();
  rerender(<LoadingScreen state={loading(0.7)} />);
  pass(50);
  expect(screen.queryByText(/Nothing has moved/)).toBeNull();
  pass(11);
  expect(screen.getByText(/Nothing has moved for a minute/)).toBeTruthy();
  rerender(<LoadingScreen state={loading(0.8)} />);
  expect(screen.queryByText(/Nothing has moved/)).toBeNull();
});
