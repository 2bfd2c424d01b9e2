import { type FrameMessage, limits } from "@portafilter/protocol";
import { expect, test } from "vitest";
import { createFloodGauge, floodLimits } from "./flood-gauge.ts";

const cancel: FrameMessage = { v: 1, type: "secret.cancel", id: "1" };
const line: FrameMessage = {
  v: 1,
  type: "app.console",
  stream: "stdout",
  text: "x".repeat(limits.consoleText),
};

test("many messages are a flood within a second only", () => {
  let time = 0;
  const floods = createFloodGauge(() => time);
  for (let second = 0; second < 3; second++) {
    for (let count = 0; count < floodLimits.messages; count++) expect(floods(cancel)).toBe(false);
    time += 1_001;
  }
  for (let count = 0; count < floodLimits.messages; count++) floods(cancel);
  expect(floods(cancel)).toBe(true);
});

test("few long ones are a flood as well", () => {
  const floods = createFloodGauge(() => 0);
  const fitting = Math.floor(floodLimits.characters / limits.consoleText);
  for (let count = 0; count < fitting; count++) expect(floods(line)).toBe(false);
  expect(floods(line)).toBe(true);
});
