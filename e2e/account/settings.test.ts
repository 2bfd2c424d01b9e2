import { expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { ada, password } from "./scripted-api.ts";

const { open } = accountPages(useHostPage());

test("what matters asks for the password once more, and then goes on by itself", async () => {
  const { page, api, button } = await open("/settings/account", { user: ada, fresh: false });
  api.refuse.set("confirm", { code: "wrong_credentials" });
  await page.getByLabel("New email").fill("new@example.org");
  await button("Change email").click();
  const question = page.getByRole("alertdialog", { name: "Confirm that it is you" });
  const field = question.getByLabel("Password", { exact: true });
  await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true);
  await page.keyboard.type("wrong");
  await page.keyboard.press("Enter");
  await question.getByText("This is not your current password.").waitFor();
  api.refuse.clear();
  await field.fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("A link is on its way to new@example.org.").waitFor();
  await question.waitFor({ state: "hidden" });
  expect(api.sent.filter((call) => call.path === "email")).toHaveLength(2);
});

test("who gives up changes nothing, and is back where they were", async () => {
  const { page, api, button } = await open("/settings/account", { user: ada, fresh: false });
  await page.getByLabel("New email").fill("new@example.org");
  await button("Change email").click();
  await page.getByRole("alertdialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("alertdialog").waitFor({ state: "hidden" });
  expect(api.sent.filter((call) => call.path === "email")).toHaveLength(1);
  expect(await page.getByLabel("New email").inputValue()).toBe("new@example.org");
  await expect.poll(() => button("Change email").getAttribute("aria-busy")).toBe("false");
});

test("an email without mail changes at once, everywhere on the page", async () => {
  const offers = { accounts: true, mail: false, providers: [] };
  const { page, button } = await open("/settings/account", { user: ada, offers });
  await page.getByLabel("New email").fill("ADA@example.org");
  await button("Change email").click();
  await page.getByText("This is your email already.").waitFor();
  await page.getByLabel("New email").fill("new@example.org");
  await button("Change email").click();
  await page.getByText("You sign in with new@example.org from now on.").waitFor();
  await button("Account menu, new@example.org").waitFor();
});

test("a password is changed, and its fields are empty then", async () => {
  const { page, api, button } = await open("/settings/account", { user: ada });
  api.refuse.set("password", { code: "password_refused" });
  await page.getByLabel("Current password").fill("the old one");
  await page.getByLabel("New password").fill("password1");
  await button("Change password").click();
  await page.getByText("Choose another password").waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "next");
  api.refuse.clear();
  await page.getByLabel("New password").fill(password);
  await button("Change password").click();
  await page.getByText("All other devices are signed out.").waitFor();
  expect(api.sent.findLast((call) => call.path === "password")?.body).toEqual({
    current: "the old one",
    next: password,
  });
  expect(await page.getByLabel("Current password").inputValue()).toBe("");
  expect(await page.getByLabel("New password").inputValue()).toBe("");
});

test("the password that one has is no new one", async () => {
  const { page, api, button } = await open("/settings/account", { user: ada });
  await page.getByLabel("Current password").fill(password);
  await page.getByLabel("New password").fill(password);
  await button("Change password").click();
  await page.getByText("This is your current password. Choose another one.").waitFor();
  expect(api.sent.some((call) => call.path === "password")).toBe(false);
});

test("an email that somebody has is refused in words for who is signed in", async () => {
  const { page, api, button } = await open("/settings/account", { user: ada });
  api.refuse.set("email", { code: "account_exists" });
  await page.getByLabel("New email").fill("bob@example.org");
  await button("Change email").click();
  await page.getByText("There is another account with this email. Nothing was changed.").waitFor();
  expect(await page.getByText("Sign in instead").count()).toBe(0);
});

test("an account without a password sets one", async () => {
  const { page, button } = await open("/settings/account", {
    user: { ...ada, hasPassword: false },
  });
  await button("Set password").waitFor();
  expect(await page.getByLabel("Current password").count()).toBe(0);
});

test("devices are ended, one and all others", async () => {
  const { page, button } = await open("/settings/account", { user: ada });
  await button("End Firefox on Linux, last seen 3 minutes ago").click();
  await page.getByRole("status").getByText("That device is signed out.").waitFor();
  expect(await page.getByText("Firefox on Linux").count()).toBe(0);
  await button("End all others").click();
  await page.getByRole("status").getByText("All other devices are signed out.").waitFor();
  expect(await page.getByRole("button", { name: /^End/ }).count()).toBe(0);
});

test("a list that cannot be loaded says why and is tried again", async () => {
  const { page, api, button } = await open("/settings/account");
  api.user = ada;
  api.refuse.set("devices", { code: "database_unavailable" });
  await page.reload();
  await page.getByText("The database cannot be reached just now.").waitFor();
  api.refuse.clear();
  await button("Try again").click();
  await page.getByText("Safari on iPhone").waitFor();
});

test("a button signs out; while the server does not do it, it says why", async () => {
  const { page, api, button } = await open("/settings/account", { user: ada });
  api.refuse.set("sign-out", { code: "database_unavailable" });
  await button("Sign out").click();
  await page.getByRole("status").getByText("The database cannot be reached just now.").waitFor();
  api.refuse.clear();
  await button("Sign out").click();
  await page.getByText("You are signed out.").waitFor();
});

test("deleting says what is destroyed, wants the email typed, and ends on a page that says so", async () => {
  const { page, api, button, path } = await open("/settings/account", { user: ada, fresh: false });
  await button("Delete account").click();
  const question = page.getByRole("alertdialog", { name: "Delete your account?" });
  await question.getByText("all your secrets, with every earlier version").waitFor();
  await question.getByText(/Backups that the operator made before/).waitFor();
  await question.getByRole("button", { name: "Delete account for good" }).click();
  await question.getByText("This is not the email of your account.").waitFor();
  await question.getByLabel("Type ada@example.org to confirm").fill("Ada@example.org");
  await question.getByRole("button", { name: "Delete account for good" }).click();
  const confirm = page.getByRole("alertdialog", { name: "Confirm that it is you" });
  await confirm.getByLabel("Password", { exact: true }).fill(password);
  await confirm.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("Your account is deleted.").waitFor();
  expect(path()).toBe("/sign-in");
  expect(api.sent.findLast((call) => call.path === "delete")?.body).toEqual({ email: ada.email });
});

test("a sign-in that was ended elsewhere sends to sign in, and back", async () => {
  const {
    api,
    button,
    email,
    password: field,
    heading,
  } = await open("/settings/account", {
    user: ada,
  });
  await heading("Devices").waitFor();
  api.user = null;
  api.refuse.set("devices/d2/end", { code: "signed_out" });
  // A page whose stream of events ended may have noticed before anything is pressed.
  const pressed = button("End Firefox on Linux, last seen 3 minutes ago").click();
  await Promise.race([pressed, email.waitFor()]);
  pressed.catch(() => undefined);
  await email.fill("ada@example.org");
  await field.fill(password);
  await button("Sign in").click();
  await heading("Devices").waitFor();
});
