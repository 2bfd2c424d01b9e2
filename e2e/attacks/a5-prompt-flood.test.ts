import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openHostile } from "../harness/hostile.ts";
import { app, dialog, snippet } from "../harness/snippet.ts";
import { ready, request, useHostPage } from "../web-fixture/host-page.ts";

const { page: newPage } = useChromium();
const { open } = useHostPage();

test("attack A5: requests in a loop of Python show three dialogs in all, however many they are", async () => {
  const page = await newPage();
  await page.goto(
    snippet(`
import streamlit as st, pycafe
denied = refused = 0
# What is refused without a dialog takes a second each.
for i in range(20):
    try:
        pycafe.get_secret(f"KEY_{i}")
    except pycafe.SecretDenied:
        denied += 1
    except pycafe.SecretError:
        refused += 1
st.write(f"{denied} times denied, {refused} times refused.")
st.button("Still here")
`),
  );
  for (const name of ["KEY_0", "KEY_1", "KEY_2"]) {
    await dialog(page, name).getByRole("button", { name: "Deny" }).click();
  }
  await app(page).getByText("20 times denied, 0 times refused.").waitFor();
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

test("attack A5: questions that come and go do not keep the visitor from the page", async () => {
  const { page, say, inFrame, button, dialog: asked } = await open();
  await say(ready);
  await say(request("first", "KEY"));
  await asked("KEY").waitFor();
  await page.evaluate(`
    var drawn = 0;
    new MutationObserver((all) => {
      for (const { addedNodes } of all) for (const node of addedNodes) drawn += node.nodeName === "DIALOG";
    }).observe(document.body, { childList: true, subtree: true })`);
  await inFrame(`
    var n = 0;
    var flood = setInterval(() => {
      for (let i = 0; i < 45; i++) {
        say({ v: 1, type: "secret.request", id: "id" + n, name: "KEY" + n, reason: "Please." });
        say({ v: 1, type: "secret.cancel", id: "id" + n++ });
      }
    }, 10);
    setTimeout(() => clearInterval(flood), 2_000);
    0`);
  await page.getByText("or far too many, so it was cut off").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await page.evaluate("drawn")).toBeLessThanOrEqual(51);
  await button("Restart").click();
  await page.getByText("or far too many, so it was cut off").waitFor({ state: "detached" });
});

test("attack A5: what takes seconds to read does not take them from the page", async () => {
  const { page, say, inFrame, button } = await open();
  await say(ready);
  await page.evaluate(`
    var longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    }).observe({ type: "longtask" })`);
  await inFrame(`
    var objects = Array.from({ length: 1e6 }, () => ({}));
    for (let i = 0; i < 3; i++) say({ objects, more: objects.map(() => ({})) })`);
  await button("Console").click();
  await page.getByText("3 messages from the app were not understood and dropped").waitFor();
  // Reading one of them takes the page more than a second.
  expect(await page.evaluate("longest")).toBeLessThan(500);
});

test("attack A5: output without end is left out, which is said, and the app goes on", async () => {
  const { page, say, inFrame, button } = await open();
  await say(ready);
  await inFrame(`
    var text = "x\\n".repeat(32_768);
    for (let i = 0; i < 100; i++) say({ v: 1, type: "app.console", stream: "stdout", text })`);
  await button("Console").click();
  await page.getByText(/^\d+ lines were left out: the app printed faster/).waitFor();
  expect((await page.getByRole("log").innerText()).length).toBeLessThan(200_000);
  expect(await page.locator("iframe").count()).toBe(2);
});
