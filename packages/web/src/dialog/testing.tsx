import { limits } from "@portafilter/protocol";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, type Mock, vi } from "vitest";
import type { Prompt } from "../broker/state.ts";
import { SecretDialog } from "./SecretDialog.tsx";

export const canary = "canary-5d21";
const who = { name: "Trip planner", owner: "ada" };
export const prompt: Prompt = {
  key: 7,
  name: "OPENAI_API_KEY",
  reason: null,
  known: false,
  loads: [],
  atStart: [],
  changed: null,
  place: "tab",
  keeping: false,
  problem: null,
  ids: ["1"],
};

/** Nothing has a place here: what can be seen is what a test says. Browser tests look for themselves. */
const sight = vi.hoisted(() => ({ areInSight: vi.fn<() => boolean>() }));
vi.mock("./sight.ts", () => sight);
export const { areInSight } = sight;

/** For the tests of a file, in a window that has the focus and whose time passes by `wait`. */
export function inWindow() {
  beforeEach(() => {
    areInSight.mockReturnValue(true);
    vi.useFakeTimers();
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

export function show(props: Partial<Parameters<typeof SecretDialog>[0]> = {}) {
  const onAllow = vi.fn<(value: string | null) => void>();
  const onDeny = vi.fn<() => void>();
  const onGrabbed = vi.fn<() => void>();
  const dialog = (more: Partial<Parameters<typeof SecretDialog>[0]>) => (
    <SecretDialog
      prompt={prompt}
      total={1}
      who={who}
      account="off"
      onAllow={onAllow}
      onDeny={onDeny}
      onGrabbed={onGrabbed}
      {...props}
      {...more}
    />
  );
  const view = render(dialog({}));
  /** What the page learns while the dialog is open. */
  const change = (more: Partial<Parameters<typeof SecretDialog>[0]>) => {
    view.rerender(dialog(more));
  };
  return { ...view, change, onAllow, onDeny };
}

export const button = (name: string) => screen.getByRole("button", { name });
export const field = () => screen.getByLabelText<HTMLInputElement>("Secret value");
export const wait = (milliseconds: number) => {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
};
/** As long as it takes until the dialog is armed, and a frame or two more. */
export const untilArmed = limits.confirmDelay + 50;
export const type = (value: string) => {
  fireEvent.input(field(), { target: { value } });
};

/** A confirmation as a person causes it, by click or by Enter; scripts cannot make one that is trusted. */
export function confirm(isTrusted = true) {
  const event = new MouseEvent("click", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "isTrusted", { value: isTrusted });
  fireEvent(screen.getByRole("button", { name: /llow$/ }), event);
}

/** The wait begins now: a confirmation does nothing before it is over, and allows `value` after it. */
export function expectWait(onAllow: Mock, value: string | null) {
  confirm();
  expect(onAllow).not.toHaveBeenCalled();
  wait(untilArmed);
  confirm();
  expect(onAllow).toHaveBeenCalledExactlyOnceWith(value);
}
