import { expect, test } from "vitest";
import { createFloodGauge, floodLimits } from "./flood-gauge.ts";

test("many messages are a flood within a second only", () => {
  let time = 0;
  const floods = createFloodGauge(() => time);
  for (let second = 0; second < 3; second++) {
    for (let count = 0; count < floodLimits.messages; count++) expect(floods()).toBe(false);
    time += 1_001;
  }
  for (let count = 0; count < floodLimits.messages; count++) floods();
  expect(floods()).toBe(true);
});

test("few long ones are a flood as well", () => {
  const floods = createFloodGauge(() => 0);
  expect(floods(floodLimits.characters)).toBe(false);
  expect(floods(1)).toBe(true);
});
