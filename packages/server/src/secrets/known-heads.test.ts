import { expect, test } from "vitest";
import type { Entry } from "./contents.ts";
import { createKnownHeads } from "./known-heads.ts";

function head(edition: number, secrets: number) {
  const entry: Entry = { latest: 1, oldest: 1, digest: "00".repeat(32) };
  const contents = new Map(Array.from({ length: secrets }, (_, n) => [`s${n}`, entry] as const));
  const mark = { salt: new Uint8Array(32).fill(edition), commitment: new Uint8Array(32) };
  const dek = { userId: "ada", dekId: new Uint8Array(16), wrapped: "" };
  return { ...mark, dek, edition, contents, names: new Map([["KEY", "s0"]]) };
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

test("hints have one name for each secret, and can be put right", () => {
  const heads = createKnownHeads(100);
  const given = head(1, 3);
  heads.put("ada", given);
  const names = () => Object.fromEntries(heads.get("ada")?.names ?? []);
  heads.learn("ada", "OTHER", "s1");
  heads.learn("ada", "RENAMED", "s0");
  heads.learn("bob", "KEY", "s0");
  expect(names()).toEqual({ OTHER: "s1", RENAMED: "s0" });
  heads.learn("ada", "OTHER", null);
  heads.learn("ada", "KEY", null);
  expect(names()).toEqual({ RENAMED: "s0" });
  expect(Object.fromEntries(given.names)).toEqual({ KEY: "s0" });
});

test("the id of a key does not keep the buffer of an answer", () => {
  const heads = createKnownHeads(100);
  const dekId = new Uint8Array(65_536).subarray(7, 23);
  heads.put("ada", { ...head(1, 1), dek: { userId: "ada", dekId, wrapped: "" } });
  expect(heads.get("ada")?.dek.dekId.buffer.byteLength).toBe(16);
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
