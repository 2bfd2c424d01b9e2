import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type MailCatcher,
  startMailCatcher,
} from "../../packages/server/src/accounts/testing/mail-catcher.ts";
import {
  type RealKeyServer,
  startRealKeyServer,
} from "../../packages/server/src/keys/testing/real-key-server.ts";
import { type ServerApart, startApart } from "../harness/apart.ts";
import { useChromium } from "../harness/chromium.ts";
import { accountMenu, type Someone, signIn, signInHere, someone } from "./people.ts";

// From the page by way of the server and a real mail server to the link that is followed.

const { context } = useChromium();
let keys: RealKeyServer;
let mail: MailCatcher;
let server: ServerApart;
beforeAll(async () => {
  [keys, mail] = await Promise.all([startRealKeyServer(), startMailCatcher()]);
  const env = { SMTP_URL: mail.url, MAIL_FROM: "Portafilter <no-reply@portafilter.example>" };
  server = await startApart({ keys, env });
});
afterAll(async () => {
  await server.stop();
  await Promise.all([keys.remove(), mail.stop()]);
});

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const mailsTo = (address: string) => mail.caught.filter(({ to }) => to.includes(address));

/** Waits for a mail by its subject. @returns its text. */
async function mailTo(address: string, subject: string): Promise<string> {
  const find = () => mailsTo(address).find(({ text }) => text.includes(`Subject: ${subject}`));
  await expect.poll(find, { message: `a mail to ${address}: ${subject}` }).toBeDefined();
  return find()?.text ?? "";
}

/** The one link of a mail that has a token. */
function linkIn(text: string): string {
  const [link = "", ...others] = text.match(/http\S+#token=\S+/g) ?? [];
  expect(others).toEqual([]);
  expect(link).toContain(server.origin);
  return link;
}

/** Opens what a mail says as its reader does: in a tab of its own. Its token leaves the address at once. */
async function follow(page: Page, link: string): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(link);
  await expect.poll(() => tab.url()).not.toContain("token");
  return tab;
}

/** Asks for an account on the page, and follows the link of the mail. */
async function signUpByMail(page: Page): Promise<{ who: Someone; link: string }> {
  const who = someone();
  await page.goto(`${server.origin}/sign-up`);
  await page.getByLabel("Email", { exact: true }).fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await button(page, "Create account").click();
  await heading(page, "Check your mail").waitFor();
  const link = linkIn(await mailTo(who.email, "Confirm your email for Portafilter"));
  // Until it is followed there is no account.
  await refused(page, who);
  const tab = await follow(page, link);
  await heading(tab, "Your email is confirmed").waitFor();
  // It proves an address, and signs nobody in.
  expect(await accountMenu(tab).count()).toBe(0);
  await tab.getByRole("link", { name: "Sign in", exact: true }).last().click();
  await signInHere(tab, who);
  await tab.getByRole("button", { name: `Account menu, ${who.email}` }).waitFor();
  await tab.close();
  return { who, link };
}

/** Tries to sign in where nobody is, in vain. */
async function refused(page: Page, who: Someone): Promise<void> {
  await page.goto(`${server.origin}/sign-in`);
  await signInHere(page, who);
  await page.getByText("Email and password do not belong together.").waitFor();
  expect(await accountMenu(page).count()).toBe(0);
}

test("signing up: the link makes the account, once", async () => {
  const page = await (await context()).newPage();
  const { who, link } = await signUpByMail(page);
  const again = await follow(page, link);
  await heading(again, "This link does not work").waitFor();

  // Whoever asks for it once more is told nothing on the page, and the owner by mail.
  const stranger = await (await context()).newPage();
  await stranger.goto(`${server.origin}/sign-up`);
  await stranger.getByLabel("Email", { exact: true }).fill(who.email);
  await stranger.getByLabel("Password", { exact: true }).fill("a password of somebody else");
  await button(stranger, "Create account").click();
  await heading(stranger, "Check your mail").waitFor();
  expect(await mailTo(who.email, "You have a Portafilter account")).not.toContain("token=");
  await signIn(await (await context()).newPage(), who, server.origin);
});

test("a forgotten password: the link takes another one, once, and ends every sign-in", async () => {
  const page = await (await context()).newPage();
  const { who } = await signUpByMail(page);
  const owner = await (await context()).newPage();
  await owner.goto(`${server.origin}/forgot`);
  await owner.getByLabel("Email", { exact: true }).fill(who.email);
  await button(owner, "Send the link").click();
  await heading(owner, "Check your mail").waitFor();
  const link = linkIn(await mailTo(who.email, "Choose a new password for Portafilter"));

  const tab = await follow(owner, link);
  const next = { ...who, password: "another horse, another battery" };
  await tab.getByLabel("New password").fill(next.password);
  await button(tab, "Change password").click();
  await heading(tab, "Your password is changed").waitFor();
  const status = () => page.evaluate(async () => (await fetch("/api/v1/secrets")).status);
  expect(await status()).toBe(401);

  await refused(owner, who);
  await signIn(owner, next, server.origin);
  const again = await follow(page, link);
  await again.getByLabel("New password").fill("a third horse, a third battery");
  await button(again, "Change password").click();
  await again.getByText("This link was used already, or is too old.").waitFor();
});

test("a change of the email: the link to the new one does it, and the old one is told", async () => {
  const page = await (await context()).newPage();
  const { who } = await signUpByMail(page);
  const next = { ...who, email: someone().email };
  await page.goto(`${server.origin}/settings/account`);
  await page.getByLabel("New email").fill(next.email);
  await button(page, "Change email").click();
  await page.getByRole("status").getByText(`A link is on its way to ${next.email}.`).waitFor();
  const link = linkIn(await mailTo(next.email, "Confirm your new email for Portafilter"));
  // Until it is followed nothing changes.
  await page.reload();
  await page.getByRole("button", { name: `Account menu, ${who.email}` }).waitFor();

  const tab = await follow(page, link);
  await heading(tab, "Your email is confirmed").waitFor();
  await mailTo(who.email, "The email of your Portafilter account was changed");
  await page.reload();
  await page.getByRole("button", { name: `Account menu, ${next.email}` }).waitFor();

  const other = await (await context()).newPage();
  await refused(other, who);
  await signIn(other, next, server.origin);
});
