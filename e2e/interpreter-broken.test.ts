import { onTestFinished, test } from "vitest";
import { launchChromium } from "./harness/chromium.ts";
import { app, snippet } from "./harness/snippet.ts";

test("an interpreter that breaks is told, and Retry starts another", async () => {
  // What breaks throws, so errors do not fail this test.
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(
    snippet(`
import js, pyodide_js
import streamlit as st
if st.button("Break"):
    pyodide_js._api.fatal_error(js.Error.new("memory access out of bounds"))
st.write("drawn")
`),
  );
  await app(page).getByText("drawn").waitFor();
  await app(page).getByRole("button", { name: "Break" }).click();
  await page.getByRole("heading", { name: "The app stopped" }).waitFor();
  await page.getByText("memory access out of bounds").waitFor();
  await page.getByRole("button", { name: "Retry" }).click();
  await app(page).getByText("drawn").waitFor();
});
