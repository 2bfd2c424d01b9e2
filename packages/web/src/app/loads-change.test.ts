import { expect, test } from "vitest";
import { loadsChanges } from "./loads-change.ts";

const item = (name: string, version: string, digit = "a") => ({
  name,
  version,
  sha256: digit.repeat(64),
});

test("what was added, removed and changed is told, and nothing else", () => {
  const before = [item("gone", "1"), item("kept", "1"), item("other", "1"), item("same", "1", "b")];
  const now = [item("kept", "1"), item("new", "1"), item("other", "2"), item("same", "1", "c")];
  expect(loadsChanges(before, now)).toEqual([
    { type: "removed", item: item("gone", "1") },
    { type: "added", item: item("new", "1") },
    { type: "changed", from: item("other", "1"), to: item("other", "2") },
    { type: "changed", from: item("same", "1", "b"), to: item("same", "1", "c") },
  ]);
  expect(loadsChanges(before, before)).toEqual([]);
});

test("a package that is there twice is told of as it comes and goes", () => {
  expect(loadsChanges([item("a", "1")], [item("a", "2"), item("a", "3")])).toEqual([
    { type: "removed", item: item("a", "1") },
    { type: "added", item: item("a", "2") },
    { type: "added", item: item("a", "3") },
  ]);
});
