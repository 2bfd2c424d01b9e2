import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { frameOf } from "../harness/hostile.ts";
import { app, dialog, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();
const canary = "canary-a16-91aa";

/** Asks after `before`, and shows what came of it. */
const asking = (before = "") => `
import js, pycafe
import streamlit as st
${before}
st.write("got " + pycafe.get_secret("KEY"))
`;

test("attack A16: a worker that ends while it asks takes its dialog with it", async () => {
  const page = await newPage();
  const ending = `js.eval("new BroadcastChannel('end').onmessage = () => close()")`;
  await page.goto(snippet(asking(ending)));
  const asked = dialog(page, "KEY");
  await asked.getByLabel("Secret value", { exact: true }).fill(canary);
  await (await frameOf(page, "App")).evaluate("new BroadcastChannel('end').postMessage(1)");
  await page.getByRole("heading", { name: "The app stopped" }).waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  await page.getByText("Python's worker has ended.").waitFor();
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(canary);
});

test("attack A16: a reload while the dialog is open releases nothing and begins anew", async () => {
  const page = await newPage();
  await page.goto(snippet(asking()));
  const field = dialog(page, "KEY").getByLabel("Secret value", { exact: true });
  await field.fill(canary);
  await page.reload();
  expect(await page.getByRole("dialog").count()).toBe(0);
  await dialog(page, "KEY").waitFor();
  expect(await field.inputValue()).toBe("");
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(canary);
  await dialog(page, "KEY").getByRole("button", { name: "Deny" }).click();
  await app(page).getByText("SecretDenied").first().waitFor();
  expect(await app(page).getByText(canary).count()).toBe(0);
});

test.each([
  ["computes for ever", "while True: pass"],
  [
    "waits for ever on shared memory",
    "js.eval('Atomics.wait(new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer), 0, 0)')",
  ],
])("attack A16: an app that %s leaves the host page usable", async (_what, forEver) => {
  const page = await newPage();
  await page.goto(snippet(`import js\nprint("begins", flush=True)\njs.eval("0")\n${forEver}`));
  await page.getByRole("button", { name: "Console" }).click();
  await page.getByRole("log").getByText("begins").waitFor();
  await page.getByRole("button", { name: "Restart" }).click();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("log").getByText("begins").waitFor();
  await page.getByRole("link", { name: "Portafilter, start page" }).click();
  await page.getByRole("link", { name: "Run the example" }).waitFor();
});
