import { expect, test } from "vitest";
import type { Entry } from "./contents.ts";
import { createKnownHeads } from "./known-heads.ts";

function head(edition: number, secrets: number) {
  const entry: Entry = { latest: 1, oldest: 1, digest: "00".repeat(32) };
  const contents = new Map(Array.from({ length: secrets }, (_, n) => [`s${n}`, entry] as const));
  const mark = { salt: new Uint8Array(32).fill(edition), commitment: new Uint8Array(32) };
  const dek = { userId: "ada", dekId: new Uint8Array(16), wrapped: "" };
  return { ...mark, dek, edition, contents, isNamed: true };
}

test("the newest head of a user is the one that is known, until it is dropped", () => {
  const heads = createKnownHeads(100);
  heads.put("ada", head(1, 3));
  heads.put("ada", head(2, 4));
  heads.put("bob", head(7, 1));
  expect(heads.get("ada")?.edition).toBe(2);
  heads.drop("ada");
  heads.drop("ada");
  expect(heads.get("ada")).toBeUndefined();
  expect(heads.get("bob")?.edition).toBe(7);
});

test("when there are too many entries, the head that was not used for the longest time goes", () => {
  const heads = createKnownHeads(10);
  heads.put("ada", head(1, 4));
  heads.put("bob", head(1, 4));
  expect(heads.get("ada")).toBeDefined();
  heads.put("cyd", head(1, 4));
  expect(["ada", "bob", "cyd"].map((user) => heads.get(user) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  heads.put("ada", head(2, 4));
  expect(heads.get("cyd")).toBeDefined();
  heads.put("eve", head(1, 50));
  expect(heads.get("eve")).toBeUndefined();
});
