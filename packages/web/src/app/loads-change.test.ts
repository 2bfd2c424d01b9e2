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
  expect(loadsChanges(before, now, now)).toEqual([
    { type: "changed", from: item("other", "1"), to: item("other", "2") },
    { type: "changed", from: item("same", "1", "b"), to: item("same", "1", "c") },
    { type: "removed", item: item("gone", "1") },
    { type: "added", item: item("new", "1") },
  ]);
  expect(loadsChanges(before, before, before)).toEqual([]);
});

test("a package that is there twice is told of as it comes and goes", () => {
  const now = [item("a", "2"), item("a", "3")];
  expect(loadsChanges([item("a", "1")], now, now)).toEqual([
    { type: "removed", item: item("a", "1") },
    { type: "added", item: item("a", "2") },
    { type: "added", item: item("a", "3") },
  ]);
});

test("attack A11: what an app that runs says later neither hides nor precedes what was exchanged", () => {
  const honest = item("helper", "1");
  const evil = item("helper", "1", "e");
  const invented = ["a", "aa", "aaa", "aaaa", "aaaaa"].map((name) => item(name, "1"));
  expect(loadsChanges([honest], [evil], [...invented, honest, evil])).toEqual([
    { type: "changed", from: honest, to: evil },
    ...invented.map((one) => ({ type: "later", item: one })),
  ]);
});

test("what an app loads only while it runs is neither gone nor new when it was there before", () => {
  const [first, late] = [item("first", "1"), item("late", "1")];
  expect(loadsChanges([first, late], [first], [first, late])).toEqual([]);
});
