import { expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { addAuthenticator } from "./authenticator.ts";
import { ada } from "./scripted-api.ts";

const host = useHostPage();
const { open } = accountPages(host);

const challenge = "Y2hhbGxlbmdlLWNoYWxsZW5nZQ";
const rpId = "pycafe.localhost";
const options = {
  "passkeys/register-options": {
    challenge,
    rp: { id: rpId, name: "Portafilter" },
    user: { id: "dTE", name: ada.email, displayName: ada.email },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: [],
  },
  "passkeys/sign-in-options": { challenge, rpId, userVerification: "required", timeout: 2_000 },
};

/** The account page of somebody who has just added a passkey. */
async function withPasskey() {
  const opened = await open("/settings/account", { user: ada, options });
  await addAuthenticator(opened.page);
  await opened.button("Add a passkey").click();
  await opened.page.getByRole("status").getByText("The passkey is added.").waitFor();
  return opened;
}

test("a passkey is added, and signs in", async () => {
  const { page, api, button, heading } = await withPasskey();
  const made = api.sent.find((call) => call.path === "passkeys/register")?.body;
  expect(made).toMatchObject({ type: "public-key" });

  await button("Account menu, ada@example.org").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  await button("Sign in with a passkey").click();
  await heading("Secrets").waitFor();
  const used = api.sent.find((call) => call.path === "passkeys/sign-in")?.body;
  expect(used).toMatchObject({ id: (made as { id: string }).id });
});

test("a passkey that no account knows says so", async () => {
  const { page, api, button } = await withPasskey();
  await button("Account menu, ada@example.org").click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  api.refuse.set("passkeys/sign-in", { code: "passkey_refused" });
  await button("Sign in with a passkey").click();
  await page.getByRole("alert").getByText("This passkey does not belong to an account").waitFor();
});

test("a passkey in place of the password where the server asks once more", async () => {
  const { page, api, button } = await withPasskey();
  api.fresh = false;
  await page.getByLabel("New email").fill("new@example.org");
  await button("Change email").click();
  await button("Use a passkey").click();
  await page.getByRole("status").getByText("A link is on its way to new@example.org.").waitFor();
});

test("another account's passkey is no confirmation: the action is given up, and the page says so", async () => {
  const { page, api, button } = await withPasskey();
  api.fresh = false;
  await page.getByLabel("New email").fill("new@example.org");
  await button("Change email").click();
  await button("Use a passkey").waitFor();
  api.passkeyOf = { ...ada, id: "u2", email: "bob@example.org" };
  await button("Use a passkey").click();
  const said = page.getByRole("alert").getByText("You are signed in as bob@example.org now");
  await said.waitFor();
  await page.getByRole("alertdialog").waitFor({ state: "hidden" });
  await button("Account menu, bob@example.org").waitFor();
  expect(api.sent.filter((call) => call.path === "email")).toHaveLength(1);
});

test("who has none, or does not want to, goes another way", async () => {
  const { page, button } = await open("/sign-in", { options });
  await addAuthenticator(page, false);
  await button("Sign in with a passkey").click();
  await page.getByRole("alert").getByText("No passkey was used.").waitFor();
  expect(await button("Sign in with a passkey").getAttribute("aria-disabled")).toBe("false");
});

test("passkeys are removed, after it is said which one and what that means", async () => {
  const { page, api, button } = await open("/settings/account", { user: ada });
  await page.getByRole("button", { name: /^Remove Chromium on Linux, added/ }).click();
  const question = page.getByRole("alertdialog", {
    name: "Remove the passkey “Chromium on Linux”?",
  });
  await question.getByText(/Signing in with it stops working/).waitFor();
  await button("Keep passkey").click();
  await question.waitFor({ state: "detached" });
  expect(api.passkeys).toHaveLength(1);
  await page.getByRole("button", { name: /^Remove Chromium on Linux, added/ }).click();
  await button("Remove passkey").click();
  await page.getByRole("status").getByText("The passkey is removed.").waitFor();
  await page.getByText("No passkeys yet.").waitFor();
  expect(await button("Add a passkey").count()).toBe(1);
});
