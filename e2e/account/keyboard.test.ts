import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ready, request, useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { ada, password } from "./scripted-api.ts";
import { ago, serveSecrets } from "./scripted-secrets.ts";

const host = useHostPage();
const { open } = accountPages(host);
const app = "sabcdefghijklmnopqrstuvwxyz234567";

/** The element that has the keyboard, by what a person calls it. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: one } = document;
    return one === document.body
      ? "nothing"
      : (one?.getAttribute("title") ?? one?.getAttribute("name") ?? one?.textContent);
  });

async function atSecrets() {
  const opened = await open("/settings/secrets", { user: ada });
  const secrets = await serveSecrets(opened.context, opened.api);
  return { ...opened, secrets };
}

test("is at the list after a secret is deleted", async () => {
  const { page, button, secrets } = await atSecrets();
  secrets.put("KEY", "v");
  secrets.put("OTHER", "v");
  await page.reload();
  await button("KEY").click();
  await button("Delete").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("alertdialog").waitFor();
  await button("Delete for good").focus();
  await page.keyboard.press("Enter");
  await button("KEY").waitFor({ state: "detached" });
  await expect.poll(() => focused(page)).toBe("Your secrets");
});

test("is at the section after a passkey or a device is removed, a confirmation in between or not", async () => {
  const { page, button } = await open("/settings/account", { user: ada, fresh: false });
  await page.getByRole("button", { name: /^End Firefox on Linux/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("That device is signed out.").waitFor();
  await expect.poll(() => focused(page)).toBe("Devices");

  await page.getByRole("button", { name: /^Remove Chromium on Linux/ }).focus();
  await page.keyboard.press("Enter");
  await button("Keep passkey").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => focused(page)).toBe("Remove");
  await page.keyboard.press("Enter");
  await button("Remove passkey").focus();
  await page.keyboard.press("Enter");
  await page.getByText("The passkey is removed.").waitFor();
  await expect.poll(() => focused(page)).toBe("Passkeys");

  await button("Add a passkey").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("alertdialog").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => focused(page)).toBe("Add a passkey");
});

test("is at the list when this tab keeps one secret less", async () => {
  const { page, button } = await open("/settings/secrets");
  await page.getByText("Nothing is kept in this tab.").waitFor();
  await page.evaluate((grantee) => {
    const key = "portafilter.session";
    const record = JSON.parse(sessionStorage.getItem(key) ?? "") as object;
    const kept = {
      secrets: [{ name: "KEY", value: "v" }],
      grants: [{ app: grantee, loads: [], name: "KEY" }],
    };
    sessionStorage.setItem(key, JSON.stringify({ ...record, ...kept }));
  }, app);
  await page.reload();
  await button("Revoke KEY for Snippet sabcdefghijk…").focus();
  await page.keyboard.press("Enter");
  await page.getByText("No app may use it.").waitFor();
  expect(await focused(page)).toBe("Secrets of this tab");
  await button("Delete KEY").focus();
  await page.keyboard.press("Enter");
  await button("Delete for good").focus();
  await page.keyboard.press("Enter");
  await page.getByText("Nothing is kept in this tab.").waitFor();
  expect(await focused(page)).toBe("Secrets of this tab");
});

test("is at the console's button when the console is closed", async () => {
  const { page, button } = await host.open();
  await button("Console").click();
  await button("Close console").focus();
  await page.keyboard.press("Enter");
  await button("Close console").waitFor({ state: "detached" });
  expect(await focused(page)).toBe("Console");
});

test("is the app's again when the last of its questions is answered, and not when it takes one back", async () => {
  const { page, say, dialog, field, button, armed } = await host.open();
  await say(ready);
  await say(request("r1", "KEY"));
  await say(request("r2", "OTHER"));
  await dialog("KEY").waitFor();
  await field.fill("v");
  await armed();
  await page.keyboard.press("Enter");
  await dialog("OTHER").waitFor();
  await field.waitFor();
  expect(await dialog("OTHER").evaluate((one) => one.contains(document.activeElement))).toBe(true);
  await page.keyboard.press("Escape");
  await dialog("OTHER").waitFor({ state: "detached" });
  await expect.poll(() => focused(page)).toBe("App");

  await button("Console").focus();
  await say(request("r3", "THIRD"));
  await field.waitFor();
  await page.keyboard.type("half of a val");
  await say({ type: "secret.cancel", id: "r3" });
  await dialog("THIRD").waitFor({ state: "detached" });
  expect(await focused(page)).not.toBe("App");
});

test("is at the heading after a step between pages", async () => {
  const { page, link } = await open("/settings/account", { user: ada });
  expect(await focused(page)).toBe("nothing");
  for (const name of ["Secrets", "Account"]) {
    await link(name).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe(name);
  }
});

test("begins in the email field of the page to sign in", async () => {
  const { page, api, heading } = await open("/sign-in");
  await expect.poll(() => focused(page)).toBe("email");
  await page.keyboard.type(ada.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await heading("Secrets").waitFor();
  expect(api.sent.some(({ path }) => path === "sign-in")).toBe(true);
});

test("coming back to the window shows what was used meanwhile", async () => {
  const { page, secrets, button } = await atSecrets();
  const one = secrets.put("KEY", "v", [app]);
  await page.reload();
  await button("KEY").waitFor();
  await page.getByText("Never used").waitFor();
  await secrets.listening();
  one.lastUsedAt = ago(5);
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.getByText("5 minutes ago").waitFor();
  one.lastUsedAt = ago(2);
  await page.evaluate(() =>
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true })),
  );
  await page.getByText("2 minutes ago").waitFor();
});
