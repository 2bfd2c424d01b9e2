import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openHostile } from "../harness/hostile.ts";
import { app, dialog, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

test("attack A5: a thousand requests in a loop of Python show three dialogs in all", async () => {
  const page = await newPage();
  await page.goto(
    snippet(`
import streamlit as st, pycafe
denied = 0
for i in range(1000):
    try:
        pycafe.get_secret(f"KEY_{i}")
    except pycafe.SecretDenied:
        denied += 1
st.write(f"Denied {denied} times.")
st.button("Still here")
`),
  );
  for (const name of ["KEY_0", "KEY_1", "KEY_2"]) {
    await dialog(page, name).getByRole("button", { name: "Deny" }).click();
  }
  await app(page).getByText("Denied 1000 times.").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  await page.getByText("This app keeps asking.").waitFor();
  await page.getByRole("button", { name: "Console" }).click();
  await page.getByRole("log").waitFor();
});

test("attack A5: a hundred threads that ask at once share one dialog with a bounded queue", async () => {
  const page = await newPage();
  await page.goto(
    snippet(`
import threading
import streamlit as st, pycafe
ended = []
def ask(i):
    try:
        pycafe.get_secret(f"KEY_{i}")
    except pycafe.SecretError as error:
        ended.append(type(error).__name__)
threads = [threading.Thread(target=ask, args=(i,)) for i in range(100)]
for thread in threads: thread.start()
for thread in threads: thread.join()
st.write(f"{ended.count('SecretDenied')} denied, {ended.count('SecretUnavailable')} turned away.")
`),
  );
  await page.getByRole("dialog").getByText("1 of 50").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(1);
  for (let i = 0; i < 3; i++) {
    const name = await page.getByRole("dialog").getByRole("heading").innerText();
    await dialog(page, name).getByRole("button", { name: "Deny" }).click();
    await dialog(page, name).waitFor({ state: "detached" });
  }
  await app(page).getByText("50 denied, 50 turned away.").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("attack A5: a flood on the port leaves the dialog usable, and Restart ends it", async () => {
  const hostile = await openHostile(await newPage());
  const { page, inApp } = hostile;
  await hostile.stealPort();
  await inApp(`
    var flooding = setInterval(() => {
      for (let i = 0; i < 50; i++)
        stolen.postMessage({ v: 1, type: "secret.request", id: crypto.randomUUID(), name: "KEY", reason: "Please." })
    }, 50)`);
  const asked = dialog(page, "KEY");
  await asked.getByLabel("Secret value", { exact: true }).fill("typed during the flood");
  await asked.getByRole("button", { name: "Show value" }).click();
  expect(await page.getByRole("dialog").count()).toBe(1);
  await asked.getByRole("button", { name: "Deny" }).click();
  await page.getByText("You denied KEY.").waitFor();
  await page.getByRole("button", { name: "Restart" }).click();
  await app(page).getByText("hostile").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
});
