import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { useApart } from "../harness/use-apart.ts";
import { addAuthenticator } from "./authenticator.ts";
import { accountMenu, addOnPage, signOut, signUp, someone } from "./people.ts";

// What the page, the browser's own authenticator and the server make of each other: nothing is scripted.

const { context } = useChromium();
const apart = useApart();

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const done = (page: Page, text: string) => page.getByRole("status").getByText(text).waitFor();

/** Somebody on the page of their account, with a passkey on their device. */
async function withPasskey() {
  const who = someone();
  const page = await (await context()).newPage();
  await signUp(page, who, apart.server.origin);
  await addAuthenticator(page);
  await page.goto(`${apart.server.origin}/settings/account`);
  await button(page, "Add a passkey").click();
  await done(page, "The passkey is added.");
  return { who, page };
}

async function signInByPasskey(page: Page): Promise<void> {
  await button(page, "Sign in with a passkey").click();
  await accountMenu(page).waitFor();
}

/** As if everybody had signed in so long ago. */
async function letTimePass(interval = "1 hour"): Promise<void> {
  await apart.server.postgres.query(
    `update account_session set confirmed_at = confirmed_at - interval '${interval}'`,
    apart.server.database,
  );
}

/** Presses Reveal with a sign-in that is too old, and waits until it asks who is there. */
async function revealLate(page: Page, canary: string) {
  await letTimePass("10 minutes");
  await button(page, "Reveal the value of KEY").click();
  const question = page.getByRole("alertdialog", { name: "Confirm that it is you" });
  await question.waitFor();
  expect(await page.content()).not.toContain(canary);
  return question;
}

/** Asks for something that wants a fresh sign-in, and waits until it asks who is there. */
async function changeEmail(page: Page, email: string) {
  await page.getByLabel("New email").fill(email);
  await button(page, "Change email").click();
  const question = page.getByRole("alertdialog", { name: "Confirm that it is you" });
  await question.waitFor();
  return question;
}

test("a passkey is added, signs in, confirms, is told twice, and is removed", async () => {
  const { who, page } = await withPasskey();
  await signOut(page);
  await signInByPasskey(page);
  await page.getByRole("button", { name: `Account menu, ${who.email}` }).waitFor();

  await page.goto(`${apart.server.origin}/settings/account`);
  await letTimePass();
  const next = someone().email;
  const question = await changeEmail(page, next);
  await button(page, "Use a passkey").click();
  await question.waitFor({ state: "hidden" });
  await done(page, `You sign in with ${next} from now on.`);

  // One device has one passkey of an account.
  await button(page, "Add a passkey").click();
  await done(page, "This device already has a passkey for your account.");
  await page.getByRole("button", { name: /^Remove Chrom(e|ium) on Linux, added/ }).click();
  await page.getByRole("button", { name: "Remove passkey", exact: true }).click();
  await done(page, "The passkey is removed.");
  await page.getByText("No passkeys yet.").waitFor();

  // The device still has it and offers it; the server knows it no more.
  await signOut(page);
  await button(page, "Sign in with a passkey").click();
  const refusal = page.getByRole("alert");
  await refusal.getByText("This passkey does not belong to an account here.").waitFor();
  const status = await page.evaluate(async () => (await fetch("/api/v1/secrets")).status);
  expect(status).toBe(401);
  expect(await accountMenu(page).count()).toBe(0);
});

test("a value is revealed to a sign-in older than ten minutes by password or passkey, and to nobody else", async () => {
  const canary = "canary-late";
  const { who, page } = await withPasskey();
  await page.goto(`${apart.server.origin}/settings/secrets`);
  await addOnPage(page, "KEY", canary);
  await button(page, "KEY").click();
  const shown = page.getByRole("region", { name: "Value of KEY" });

  let question = await revealLate(page, canary);
  await question.getByLabel("Password", { exact: true }).fill("not the password");
  await button(page, "Confirm").click();
  await question.getByText("This is not your current password.").waitFor();
  await button(page, "Cancel").click();
  await question.waitFor({ state: "hidden" });
  expect(await page.content()).not.toContain(canary);

  question = await revealLate(page, canary);
  await question.getByLabel("Password", { exact: true }).fill(who.password);
  await button(page, "Confirm").click();
  await shown.getByText(canary).waitFor();
  await button(page, "Hide").click();
  // It is fresh now: nobody is asked again.
  await letTimePass("8 minutes");
  await button(page, "Reveal the value of KEY").click();
  await shown.getByText(canary).waitFor();
  await button(page, "Hide").click();

  question = await revealLate(page, canary);
  await button(page, "Use a passkey").click();
  await shown.getByText(canary).waitFor();
  await question.waitFor({ state: "hidden" });
});
