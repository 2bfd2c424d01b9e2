// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { createPacer } from "./pacer.ts";

const called = (pace: ReturnType<typeof createPacer>) =>
  new Promise<void>((resolve) => {
    pace(resolve);
  });

test("attack A5: a second drawing waits for the frame after the first", async () => {
  const frames: FrameRequestCallback[] = [];
  window.requestAnimationFrame = (callback) => frames.push(callback);
  const pace = createPacer();
  await called(pace);
  let second = false;
  const waits = called(pace).then(() => {
    second = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(second).toBe(false);
  frames.shift()?.(0);
  await waits;
});

test("a page that is not drawn, as in the background, goes on", async () => {
  window.requestAnimationFrame = () => 0;
  const pace = createPacer();
  await called(pace);
  await called(pace);
});
