import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, snippet } from "../harness/snippet.ts";
import { accountMenu, pressUntilAsked, signUp, someone } from "./people.ts";

const { context } = useChromium();

const program = `
import streamlit as st
import pycafe

st.button("Again")
st.write("value: " + pycafe.get_secret("TABS_KEY"))
`;

/** More tabs than a browser opens connections to one server. */
const tabs = 8;

test("eight tabs with apps leave connections for a ninth, and a revocation reaches all of them", async () => {
  const here = await context();
  const streams = new Set<unknown>();
  here.on("request", (request) => {
    if (request.url().endsWith("/api/v1/events")) streams.add(request);
  });
  here.on("requestfailed", (request) => streams.delete(request));
  const first = await here.newPage();
  await signUp(first, someone());
  await first.goto(snippet(program));
  await addAndAllow(first, "TABS_KEY", "canary-tabs");
  const pages: Page[] = [first];
  while (pages.length < tabs) {
    const page = await here.newPage();
    await page.goto(snippet(program));
    pages.push(page);
    await app(page).getByText("value: canary-tabs").waitFor();
  }
  expect(streams.size).toBe(1);

  const ninth = await here.newPage();
  await ninth.goto(`${address()}/settings/secrets`);
  await accountMenu(ninth).waitFor();
  await ninth.getByRole("button", { name: "TABS_KEY" }).click();
  await ninth.getByRole("switch").click();
  await expect.poll(() => ninth.getByRole("switch").isChecked()).toBe(false);
  // The tab with the connection, and one that hears of it through that one.
  for (const page of [pages[0], pages.at(-1)]) {
    if (page === undefined) throw new Error("no tab");
    await page.bringToFront();
    await pressUntilAsked(page, "TABS_KEY");
  }

  // The tab with the connection goes, and another one takes its place.
  await first.close();
  await expect.poll(() => streams.size).toBe(1);
});
