import { test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("session_state, callbacks with arguments, rerun and stop", async () => {
  const app = await openApp(await newPage(), "state");
  const add = app.getByRole("button", { name: "Add five" });
  await app.getByText("Count: 0").waitFor();
  await add.click();
  await app.getByText("Count: 5").waitFor();
  await add.click();
  await app.getByText("Count: 10").waitFor();

  await app.getByRole("textbox", { name: "Word" }).fill("ahoy");
  await app.getByRole("textbox", { name: "Word" }).press("Enter");
  await app.getByText("Said: AHOY").waitFor();

  await app.getByRole("button", { name: "Run again" }).click();
  await app.getByText("Count: 100").waitFor();

  await app.getByText("The end").waitFor();
  await app.getByText("Stop here").click();
  await app.getByText("Stopped").waitFor();
  await app.getByText("The end").waitFor({ state: "hidden" });
});

test("each tab has a session of its own", async () => {
  const page = await newPage();
  const app = await openApp(page, "state");
  await app.getByRole("button", { name: "Add five" }).click();
  await app.getByText("Count: 5").waitFor();
  const other = await openApp(await page.context().newPage(), "state");
  await other.getByText("Count: 0").waitFor();
  await app.getByText("Count: 5").waitFor();
});

test("cache_data and cache_resource compute once", async () => {
  const app = await openApp(await newPage(), "cache");
  await app.getByText("9 was computed by call 1").waitFor();
  await app.getByRole("button", { name: "Run again" }).click();
  await app.getByText("Run 2").waitFor();
  await app.getByText("9 was computed by call 1").waitFor();

  await app.getByRole("button", { name: "Increment" }).click();
  await app.getByText("16 was computed by call 2").waitFor();
  await app.getByRole("button", { name: "Decrement" }).click();
  await app.getByText("9 was computed by call 1").waitFor();

  await app.getByRole("button", { name: "Forget" }).click();
  await app.getByText("9 was computed by call 3").waitFor();
});
