import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { app, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium({}, /nobody caught this/);

test("the console shows what is printed, on both streams, and tracebacks, as plain text", async () => {
  const page = await newPage();
  await page.goto(
    snippet(`
import sys, threading
import streamlit as st
print("to the output <b>not bold</b>")
print("to the errors", file=sys.stderr)
def fails():
    raise LookupError("in a thread")
thread = threading.Thread(target=fails)
thread.start()
thread.join()
st.write("drawn")
`),
  );
  await app(page).getByText("drawn").waitFor();
  await page.getByRole("button", { name: "Console" }).click();
  const log = page.getByRole("log", { name: "Output of the app" });
  await log.getByText("to the output <b>not bold</b>").waitFor();
  await log.getByText("to the errors").waitFor();
  await log.getByText("LookupError: in a thread").waitFor();
  expect(await log.innerText()).toMatch(/Traceback \(most recent call last\)/);
  await page.getByRole("button", { name: "Clear" }).click();
  expect(await log.getByText("to the output").count()).toBe(0);
  await page.getByRole("button", { name: "Close console" }).click();
  await log.waitFor({ state: "detached" });
});

test("an error that the app does not catch in a callback of the browser's ends nothing", async () => {
  const page = await newPage();
  await page.goto(
    snippet(`
import js
import streamlit as st
js.eval("setTimeout(() => { throw new Error('nobody caught this') })")
st.button("Run again")
st.write("drawn")
`),
  );
  await app(page).getByText("drawn").waitFor();
  await page.getByRole("button", { name: "Console" }).click();
  await page.getByRole("log").getByText("nobody caught this").first().waitFor();
  await app(page).getByRole("button", { name: "Run again" }).click();
  await expect.poll(() => page.getByRole("log").getByText("nobody caught this").count()).toBe(2);
  await app(page).getByText("drawn").waitFor();
});
