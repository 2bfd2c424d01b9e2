import { describe, expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { ada, password } from "./scripted-api.ts";

const host = useHostPage();
const { open } = accountPages(host);

describe("links of mails", () => {
  test("a reset takes the token out of the address and the history", async () => {
    const { page, api, button, heading } = await open("/reset#token=canary-token");
    await heading("Choose a new password").waitFor();
    expect(page.url()).toBe(`${host.address()}/reset`);
    await page.getByLabel("New password").fill("short");
    await button("Change password").click();
    await page.getByText("A password has at least 8 characters.").waitFor();
    await page.getByLabel("New password").fill(password);
    await button("Change password").click();
    await heading("Your password is changed").waitFor();
    expect(api.sent.find((call) => call.path === "reset")?.body).toEqual({
      token: "canary-token",
      password,
    });
    await page.goto(`${host.address()}/how-it-works`);
    await page.goBack();
    expect(page.url()).toBe(`${host.address()}/reset`);
    expect(await page.content()).not.toMatch(/canary-token|correct horse/);
  });

  test("a link that is too old says so, and how to get another one", async () => {
    const { page, api, button, link, heading } = await open("/reset#token=old");
    api.refuse.set("reset", { code: "link_expired" });
    await page.getByLabel("New password").fill(password);
    await button("Change password").click();
    await heading("This link does not work any more").waitFor();
    await page.getByText("This link was used already, or is too old.").waitFor();
    expect(await button("Change password").count()).toBe(0);
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");

    await page.evaluate(() => {
      location.hash = "token=newer";
    });
    await page.getByLabel("New password").fill(password);
    await button("Change password").click();
    await heading("This link does not work any more").waitFor();
    expect(api.sent.findLast((call) => call.path === "reset")?.body).toMatchObject({
      token: "newer",
    });
    await link("Ask for another link").click();
    await page.getByRole("heading", { name: "Forgot your password?" }).waitFor();
  });

  test("an address without a link: what to do depends on whether the server sends mail", async () => {
    const mailing = await open("/reset");
    await mailing.page.getByText("Open it from the mail again.").waitFor();
    await mailing.link("Ask for another link").waitFor();
    const offers = { accounts: true, mail: false, providers: [] };
    const { page, link, heading } = await open("/reset", { offers });
    await page.getByText("ask whoever operates this server for another one").waitFor();
    expect(await page.getByText(/from the mail|another link/).count()).toBe(0);
    await link("Back to sign in").click();
    await heading("Sign in").waitFor();
  });

  test("an email is confirmed by opening the link", async () => {
    const { page, api, heading } = await open("/verify-email#token=t-1");
    await heading("Your email is confirmed").waitFor();
    expect(page.url()).toBe(`${host.address()}/verify-email`);
    expect(api.sent.filter((call) => call.path === "verify-email")).toMatchObject([
      { body: { token: "t-1" } },
    ]);
  });

  test("forgotten: says the same for every email", async () => {
    const { page, email, button } = await open("/forgot");
    await email.fill("nobody@example.org");
    await button("Send the link").click();
    await page.getByText("If there is an account for nobody@example.org").waitFor();
  });

  test("forgotten, where no link can be sent: says what to do, and shows no form", async () => {
    const offers = { accounts: true, mail: false, providers: [] };
    const { page, email, link } = await open("/forgot", { offers });
    await page.getByText("This server cannot send mail. Ask whoever operates it").waitFor();
    expect(await email.count()).toBe(0);
    await link("Back to sign in").waitFor();

    const signedIn = await open("/forgot", { user: ada, offers });
    await signedIn.page.getByText("You are signed in as ada@example.org").waitFor();
    expect(await signedIn.email.count()).toBe(0);
    await signedIn.link("Go to Account").click();
    await signedIn.heading("Devices").waitFor();
  });
});
