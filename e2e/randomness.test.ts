import { expect, test } from "vitest";
import { useChromium } from "./harness/chromium.ts";
import { app, snippet } from "./harness/snippet.ts";

const { page: newPage } = useChromium();

const program = `
import os, random, tempfile, uuid
import streamlit as st

st.write("drawn", random.random(), uuid.uuid4(), os.urandom(8).hex(), tempfile.mktemp())
`;

test("two visitors of one app draw different random numbers, though their interpreters come from one image", async () => {
  const draw = async () => {
    const page = await newPage();
    await page.goto(snippet(program));
    return (
      await app(page)
        .getByText(/^drawn /)
        .innerText()
    )
      .split(" ")
      .slice(1);
  };
  const [one, other] = [await draw(), await draw()];
  expect(one).toHaveLength(4);
  for (const [index, drawn] of one.entries()) expect(drawn).not.toBe(other[index]);
});
