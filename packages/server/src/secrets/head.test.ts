import { expect, test } from "vitest";
import { keyOf } from "./head.ts";

test("a key keeps nothing of the head that it was found by but the mark", () => {
  const dek = { userId: "ada", dekId: new Uint8Array(16), wrapped: "w" };
  const mark = { salt: new Uint8Array(32), commitment: new Uint8Array(32) };
  const known = { ...mark, dek, edition: 1, contents: new Map(), names: null };
  const head = { dek, edition: 1, salt: mark.salt, record: null };
  expect(keyOf(head, known).mark).toEqual(mark);
});
