import { createHash } from "node:crypto";
import { appId } from "@portafilter/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Snippet } from "../links/snippet.ts";
import { snippetId } from "./identity.ts";

const snippet = (code: string, requirements = ""): Snippet => ({
  type: "streamlit",
  code,
  requirements,
});

test("an id is s and the base32 of the whole digest", async () => {
  const field = (text: string) => {
    const bytes = Buffer.from(text);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    return Buffer.concat([size, bytes]);
  };
  const digest = createHash("sha256")
    .update(Buffer.concat([field("streamlit"), field("print('é')"), field("numpy")]))
    .digest();
  const bits = [...digest]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .padEnd(260, "0");
  const expected = bits.replaceAll(/.{5}/g, (five) =>
    "abcdefghijklmnopqrstuvwxyz234567".charAt(Number.parseInt(five, 2)),
  );
  expect(await snippetId(snippet("print('é')", "numpy"))).toBe(`s${expected}`);
});

test("an id is stable: origins and grants outlive a release", async () => {
  expect(await snippetId(snippet("import streamlit as st\n"))).toBe(
    "saeq7scsy6h2e6pqkn7wbgvebhekangnsrtyxrlr646n6xy236jkq",
  );
});

test("every id is a valid label of an origin", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (code, requirements) => {
      const id = await snippetId(snippet(code, requirements));
      expect(appId.safeParse(id).success).toBe(true);
      expect(id).toHaveLength(53);
    }),
  );
});

test("moving text from code to requirements makes another app", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1 }), fc.nat(), async (text, cut) => {
      const at = cut % text.length;
      const moved = snippetId(snippet(text.slice(0, at), text.slice(at)));
      expect(await moved).not.toBe(await snippetId(snippet(text)));
    }),
  );
});
