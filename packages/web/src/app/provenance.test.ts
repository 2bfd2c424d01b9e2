import { expect, test } from "vitest";
import { firstExample } from "../examples/catalogue.ts";
import { snippetId } from "./identity.ts";
import { provenanceOf } from "./provenance.ts";

test("our own example is known by its title and owner", async () => {
  expect(await provenanceOf(await snippetId(firstExample.snippet))).toEqual({
    name: "First secret",
    owner: "Portafilter examples",
  });
});

test("a copy of an example with one more byte is an app from a link", async () => {
  const copy = { ...firstExample.snippet, code: `${firstExample.snippet.code} ` };
  const id = await snippetId(copy);
  const shortId = `${id.slice(0, 12)}…`;
  expect(await provenanceOf(id)).toEqual({ name: "Snippet", owner: null, shortId });
});
