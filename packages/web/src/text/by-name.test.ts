import { expect, test } from "vitest";
import { byName } from "./by-name.ts";

test("names stand where people look for them", () => {
  const names = ["Z_KEY", "a_key", "KEY_10", "KEY_2", "_key", "B_KEY"];
  const sorted = names.map((name) => ({ name })).toSorted(byName);
  expect(sorted.map(({ name }) => name)).toEqual([
    "_key",
    "a_key",
    "B_KEY",
    "KEY_2",
    "KEY_10",
    "Z_KEY",
  ]);
});
