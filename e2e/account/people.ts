import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { address } from "../harness/chromium.ts";
import { app, dialog } from "../harness/snippet.ts";

/** Somebody with an account of their own. */
export type Someone = Readonly<{ email: string; password: string }>;

let people = 0;

/** A person whom the server does not know yet. */
export function someone(): Someone {
  people += 1;
  const email = `person${people}.${crypto.randomUUID().slice(0, 8)}@example.com`;
  return { email, password: "correct horse battery staple" };
}

/** Makes an account on the page for it; signed in afterwards. */
export async function signUp(page: Page, who: Someone, origin = address()): Promise<void> {
  await page.goto(`${origin}/sign-up`);
  await fillIn(page, who);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await accountMenu(page).waitFor();
}

/** Signs in on the page for it. */
export async function signIn(page: Page, who: Someone, origin = address()): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await signInHere(page, who);
  await accountMenu(page).waitFor();
}

/** Fills in the form that is shown, and sends it. */
export async function signInHere(page: Page, who: Someone): Promise<void> {
  await fillIn(page, who);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** The button at the top right of somebody who is signed in. */
export function accountMenu(page: Page) {
  return page.getByRole("button", { name: /^Account menu/ });
}

export async function signOut(page: Page): Promise<void> {
  await accountMenu(page).click();
  await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  // The page that says so is another document: nothing can be asked of the one before it.
  await page.waitForURL("**/sign-in");
  await page.getByText("You are signed out.").waitFor();
}

/** Adds a secret on `/settings/secrets`, which is shown. */
export async function addOnPage(page: Page, name: string, value: string): Promise<void> {
  await page.getByRole("button", { name: "Add secret" }).first().click();
  const adding = page.getByRole("dialog");
  await adding.getByLabel("Name", { exact: true }).fill(name);
  await adding.getByLabel("Secret value", { exact: true }).fill(value);
  await adding.getByRole("button", { name: "Add secret" }).click();
  await adding.waitFor({ state: "hidden" });
}

/** Everything that this browser's tab keeps for the platform's origin, as text. */
export function keptInTab(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify([sessionStorage, localStorage]));
}

/** What other tabs of a context are opened for, such as the one to sign in. */
export async function nextTab(context: BrowserContext, open: () => Promise<void>): Promise<Page> {
  const [tab] = await Promise.all([context.waitForEvent("page"), open()]);
  return tab;
}

/** An app that asks again at each click, and shows what it got. */
export const asking = (name: string) => `
import streamlit as st
import pycafe

st.button("Again")
st.write("value: " + pycafe.get_secret("${name}"))
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.write(f"run {st.session_state.runs}")
`;

/**
 * Presses the app's button "Again" until it asks for the secret: what was revoked elsewhere takes a
 * moment to reach the app, which goes on with what it has till then.
 */
export async function pressUntilAsked(page: Page, name: string): Promise<void> {
  const asked = dialog(page, name);
  const asks = async () => {
    if (!(await asked.isVisible())) {
      // Behind the dialog the button is out of reach: a press that comes too late fails, and is none.
      await app(page).getByRole("button", { name: "Again" }).click({ timeout: 5_000 });
      await asked.waitFor({ timeout: 5_000 });
    }
    return asked.isVisible();
  };
  await expect.poll(asks).toBe(true);
}

async function fillIn(page: Page, { email, password }: Someone): Promise<void> {
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
}
