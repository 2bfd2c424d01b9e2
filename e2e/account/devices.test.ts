import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, snippet } from "../harness/snippet.ts";
import {
  accountMenu,
  keptInTab,
  type Someone,
  signIn,
  signInHere,
  signUp,
  someone,
} from "./people.ts";

const { context } = useChromium();

const program = `
import streamlit as st
import pycafe

st.write("value: " + pycafe.get_secret("DEVICE_KEY"))
`;

/** Somebody whose app runs with a secret on one device, and who is signed in on another. */
async function twoDevices(): Promise<{ who: Someone; there: Page; here: Page }> {
  const who = someone();
  const there = await (await context()).newPage();
  await signUp(there, who);
  await there.goto(snippet(program));
  await addAndAllow(there, "DEVICE_KEY", "canary-device");
  await app(there).getByText("value: canary-device").waitFor();
  const here = await (await context()).newPage();
  await signIn(here, who);
  await here.goto(`${address()}/settings/account`);
  return { who, there, here };
}

/** The other device's page has stopped its app, says why, and has nothing of the account. */
async function expectStopped(there: Page): Promise<void> {
  await there.getByRole("heading", { name: /signed out, so the app was stopped/ }).waitFor();
  await there.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  expect(await there.locator('iframe[title="App"]').count()).toBe(0);
  expect(await there.content()).not.toContain("canary-device");
  expect(await keptInTab(there)).not.toContain("canary-device");
  const status = await there.evaluate(async () => (await fetch("/api/v1/secrets")).status);
  expect(status).toBe(401);
}

test("ending another device stops the app that runs there, which says why", async () => {
  const { here, there, who } = await twoDevices();
  await here.getByRole("button", { name: /^End .*, last seen / }).click();
  await here.getByText("That device is signed out.").waitFor();
  await expectStopped(there);
  // This device is as it was; the other one comes back by signing in, to the same app.
  await here.reload();
  await here.getByRole("heading", { name: "Devices" }).waitFor();
  await signIn(there, who);
  await there.goto(snippet(program));
  await app(there).getByText("value: canary-device").waitFor();
});

test("pages that hold nothing of the account say at once that another device ended their sign-in", async () => {
  const who = someone();
  const there = await context();
  const [start, settings] = [await there.newPage(), await there.newPage()];
  await signUp(start, who);
  await settings.goto(`${address()}/settings/account`);
  await settings.getByRole("heading", { name: "Devices" }).waitFor();
  await start.goto(`${address()}/`);
  await accountMenu(start).waitFor();

  const here = await (await context()).newPage();
  await signIn(here, who);
  await here.goto(`${address()}/settings/account`);
  await here.getByRole("button", { name: "End all others" }).click();
  await start.getByRole("alert").getByText("You were signed out").waitFor();
  await start.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  await settings.getByText("You were signed out. Sign in to go on where you were.").waitFor();
  await signInHere(settings, who);
  await settings.getByRole("heading", { name: "Devices" }).waitFor();
});

test("a change of the password ends all other devices, and not the one it is made on", async () => {
  const { here, there, who } = await twoDevices();
  const next = "another horse, another battery";
  await here.getByLabel("Current password").fill(who.password);
  await here.getByLabel("New password").fill(next);
  await here.getByRole("button", { name: "Change password", exact: true }).click();
  await here.getByText("All other devices are signed out.").first().waitFor();
  await expectStopped(there);
  const status = await here.evaluate(async () => (await fetch("/api/v1/secrets")).status);
  expect(status).toBe(200);
  await signIn(there, { ...who, password: next });
});
