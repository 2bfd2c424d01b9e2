import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import { accountMenu, addOnPage, signIn, signOut, signUp, someone } from "./people.ts";
import { isInMemory, mark, remains } from "./remains.ts";

// Pages that one leaves sleep in the tab's history and are woken as they were, as in everybody's browser.
const { context } = useChromium({}, undefined, {
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
});

const value = `${mark}value`;
const program = `
import streamlit as st
import pycafe

st.write("value: " + pycafe.get_secret("LEFT_KEY"))
`;
const secretsPage = () => `${address()}/settings/secrets`;

/** Notes each page that was woken, and whether it showed a value before it could do anything about it. */
async function watchWaking(here: BrowserContext) {
  const woken: { path: string; showed: boolean }[] = [];
  await here.exposeFunction("noteWaking", (path: string, showed: boolean) => {
    woken.push({ path, showed });
  });
  await here.addInitScript(() => {
    const { noteWaking } = window as unknown as { noteWaking: (...of: unknown[]) => void };
    addEventListener("pageshow", ({ persisted }) => {
      if (!persisted || window !== top) return;
      const look = () => {
        noteWaking(location.pathname, /can[a]ry-/.test(document.documentElement.outerHTML));
      };
      look();
      requestAnimationFrame(look);
    });
  });
  return woken;
}

/** Somebody who typed a value into an app, signed up with it, and has just looked at it. */
async function movedAndRevealed() {
  const here = await context();
  const woken = await watchWaking(here);
  const page = await here.newPage();
  await page.goto(snippet(program));
  await addAndAllow(page, "LEFT_KEY", value);
  await app(page).getByText(`value: ${value}`).waitFor();
  expect(await remains(page)).toContain("/snippet/streamlit/v1: sessionStorage");
  await signUp(page, someone());
  await page.getByText("LEFT_KEY moved from this tab into your account.").waitFor();
  await page.goto(snippet(program));
  await app(page).getByText(`value: ${value}`).waitFor();
  await reveal(page);
  return { page, woken };
}

/** Somebody who added a value on the page for secrets, and looks at it. */
async function addedAndRevealed() {
  const who = someone();
  const here = await context();
  const woken = await watchWaking(here);
  const page = await here.newPage();
  await signUp(page, who);
  await page.goto(secretsPage());
  await addOnPage(page, "LEFT_KEY", value);
  await reveal(page);
  return { who, here, page, woken };
}

async function reveal(page: Page): Promise<void> {
  await page.goto(secretsPage());
  await page.getByRole("button", { name: "LEFT_KEY" }).click();
  await page.getByRole("button", { name: "Reveal the value of LEFT_KEY" }).click();
  await page.getByText(value).waitFor();
  expect(await remains(page)).toEqual(["/settings/secrets: text"]);
  expect(await isInMemory(page)).toBe(true);
}

/** What nobody who is signed out may find, now or a little later. */
async function expectNothing(page: Page): Promise<void> {
  expect(await remains(page)).toEqual([]);
  expect(await isInMemory(page)).toBe(false);
  expect(await accountMenu(page).count()).toBe(0);
  const status = await page.evaluate(async () => (await fetch("/api/v1/secrets")).status);
  expect(status).toBe(401);
}

async function back(page: Page): Promise<void> {
  await page.goBack({ waitUntil: "commit" });
}

/**
 * Why a page that slept was ended and is loaded anew now, in Chromium's words; null when it was not. Only one
 * page at a time holds the lock to listen for the account: whoever opens the next one ends those that sleep.
 */
function endedBy(page: Page): Promise<string[] | null> {
  return page.evaluate(() => {
    const [entry] = performance.getEntriesByType("navigation");
    const { notRestoredReasons: why } = entry as unknown as {
      notRestoredReasons: { reasons: { reason: string }[] } | null;
    };
    return why === null ? null : why.reasons.map(({ reason }) => reason);
  });
}

test("after a sign-out no value is left in storage, caches, text, history or memory, and going back shows none", async () => {
  const { page, woken } = await movedAndRevealed();
  await signOut(page);
  await expectNothing(page);

  await back(page);
  await dialog(page, "LEFT_KEY").waitFor();
  expect(page.url()).toContain("/snippet/");
  expect(await endedBy(page)).toEqual(["weblocks-contention"]);
  await expectNothing(page);

  await page.goForward({ waitUntil: "commit" });
  await page.getByText("You are signed out.").waitFor();
  await expectNothing(page);
  // This one was woken, not loaded anew.
  expect(woken.map(({ path }) => path)).toContain("/sign-in");
  expect(woken.filter(({ showed }) => showed)).toEqual([]);
});

test("a page that slept while the sign-in ended on another device wakes without the value", async () => {
  const { who, page, woken } = await addedAndRevealed();
  await page.goto("about:blank");
  const other = await (await context()).newPage();
  await signIn(other, who);
  await other.goto(`${address()}/settings/account`);
  await other.getByRole("button", { name: /^End .*, last seen / }).click();
  await other.getByText("That device is signed out.").waitFor();

  await back(page);
  await page.getByText("You are not signed in.").waitFor();
  await page.getByText("Nothing is kept in this tab.").waitFor();
  await expectNothing(page);
  // It did sleep and was not loaded anew: else this would show nothing.
  expect(woken.map(({ path }) => path)).toContain("/settings/secrets");
  expect(woken.filter(({ showed }) => showed)).toEqual([]);
});

test("a page that slept while its person signed out in another tab shows nothing", async () => {
  const { here, page, woken } = await addedAndRevealed();
  await page.goto("about:blank");
  const tab = await here.newPage();
  await tab.goto(`${address()}/settings/account`);
  await signOut(tab);
  await expectNothing(tab);

  await back(page);
  await page.getByText("You are not signed in.").waitFor();
  await page.getByText("Nothing is kept in this tab.").waitFor();
  await expectNothing(page);
  // It slept, and was ended in its sleep: there is nothing to wake.
  expect(await endedBy(page)).toEqual(["weblocks-contention"]);
  expect(woken).toEqual([]);
});
