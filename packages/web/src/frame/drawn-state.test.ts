import { expect, test, vi } from "vitest";
import { createDrawnState } from "./drawn-state.ts";

function setUp() {
  const frames: (() => void)[] = [];
  const state = createDrawnState(0, (callback) => frames.push(callback));
  const listener = vi.fn();
  const stop = state.subscribe(listener);
  const nextFrame = () => {
    for (const callback of frames.splice(0)) callback();
  };
  return { state, listener, stop, nextFrame };
}

test("attack A5: however often it changes, listeners are told once a frame; what decides knows at once", () => {
  const { state, listener, nextFrame } = setUp();
  for (let i = 1; i <= 1_000; i++) state.set(i);
  expect([state.now(), state.drawn()]).toEqual([1_000, 0]);
  expect(listener).not.toHaveBeenCalled();
  nextFrame();
  expect(state.drawn()).toBe(1_000);
  expect(listener).toHaveBeenCalledTimes(1);
  state.set(1_001);
  nextFrame();
  expect(listener).toHaveBeenCalledTimes(2);
});

test("what comes and goes between two frames is not told", () => {
  const { state, listener, nextFrame } = setUp();
  state.set(1);
  state.set(0);
  nextFrame();
  expect(listener).not.toHaveBeenCalled();
});

test("who has left is not told", () => {
  const { state, listener, stop, nextFrame } = setUp();
  state.set(1);
  stop();
  nextFrame();
  expect(listener).not.toHaveBeenCalled();
});
