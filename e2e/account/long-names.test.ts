import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { ada } from "./scripted-api.ts";
import { serveSecrets } from "./scripted-secrets.ts";

const { open, openIn } = accountPages(useHostPage());
const common = "GOOGLE_APPLICATION_CREDENTIALS";
/** Nothing in it where a line may break by itself. */
const long = `N${"ABCDE".repeat(25)}`;
const email = `${"x".repeat(50)}@mail.example.org`;

async function narrow(path: string) {
  const user = { ...ada, email };
  const opened = await open(path, { user, offers: { accounts: true, mail: false, providers: [] } });
  await opened.page.setViewportSize({ width: 390, height: 844 });
  return opened;
}

/** Neither the page nor anything in `box` is wider than its place, and each button is seen whole. */
async function fits(page: Page, box: Locator): Promise<void> {
  const found = await box.evaluate((element) => {
    const wide = [document.documentElement, element, ...element.querySelectorAll("*")].filter(
      (one) => one.scrollWidth > one.clientWidth && getComputedStyle(one).display !== "inline",
    );
    const cut = Array.from(element.querySelectorAll("button")).filter((button) => {
      const { left, right } = button.getBoundingClientRect();
      return left < 0 || right > innerWidth;
    });
    // What only screen readers get is one pixel wide on purpose; a field scrolls its text.
    const seen = wide.filter(({ clientWidth, tagName }) => clientWidth > 1 && tagName !== "INPUT");
    return [...seen, ...cut].map((one) => one.outerHTML.slice(0, 120));
  });
  expect(found).toEqual([]);
}

test.each([common, long])("the dialogs of %s, and what is said afterwards", async (name) => {
  const { context, api, page, button } = await narrow("/settings/secrets");
  const secrets = await serveSecrets(context, api);
  secrets.put(name, "v");
  await page.reload();
  await button(name).click();
  for (const [opener, role] of [
    ["Change value", "dialog"],
    ["Rename", "dialog"],
    ["Delete", "alertdialog"],
  ] as const) {
    await button(opener).click();
    const dialog = page.getByRole(role);
    await dialog.waitFor();
    await fits(page, dialog);
    // In a short window what answers is in sight without scrolling.
    await page.setViewportSize({ width: 640, height: 360 });
    const last = dialog.getByRole("button").last();
    const below = () => last.evaluate((one) => one.getBoundingClientRect().bottom - innerHeight);
    await expect.poll(below).toBeLessThan(0);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
  await button("Change value").click();
  await page.getByLabel("Secret value").fill("w");
  await page.getByRole("dialog").getByRole("button", { name: "Change value" }).click();
  await page.getByRole("status").getByText(`${name} has a new value.`).waitFor();
  await fits(page, page.locator("main"));
});

test("deleting an account with a long email", async () => {
  const { page, button } = await narrow("/settings/account");
  await button("Delete account").click();
  const dialog = page.getByRole("alertdialog", { name: "Delete your account?" });
  await dialog.getByRole("button", { name: "Delete account for good" }).click();
  await dialog.getByText("This is not the email of your account.").waitFor();
  await fits(page, dialog);
  await button("Keep account").click();
  await fits(page, page.locator("body"));
});

test("changing to a long email, and the page for who is signed in already", async () => {
  const { context, page, button } = await narrow("/settings/account");
  await page.getByLabel("New email").fill(`y${email}`);
  await button("Change email").click();
  await page.getByText("from now on.").waitFor();
  await fits(page, page.locator("body"));
  const other = await openIn(context, "/sign-in");
  await other.page.setViewportSize({ width: 390, height: 844 });
  await other.link("Go on").waitFor();
  await fits(other.page, other.page.locator("body"));
});

test("a question over another one dims it", async () => {
  const { page, button } = await open("/settings/account", { user: ada, fresh: false });
  await page.emulateMedia({ reducedMotion: "reduce" });
  await button("Delete account").click();
  const first = page.getByRole("alertdialog", { name: "Delete your account?" });
  await first.getByLabel(`Type ${ada.email} to confirm`).fill(ada.email);
  const field = await first.getByLabel(`Type ${ada.email} to confirm`).boundingBox();
  await first.getByRole("button", { name: "Delete account for good" }).click();
  await page.getByRole("alertdialog", { name: "Confirm that it is you" }).waitFor();
  // What is on top where the first one's field is.
  const cover = await page.evaluate(
    ([x, y]) => {
      const top = document.elementFromPoint(x ?? 0, y ?? 0);
      return top === null ? "" : getComputedStyle(top).backgroundColor;
    },
    [(field?.x ?? 0) + 2, (field?.y ?? 0) + 2],
  );
  expect(cover).toMatch(/^rgba\(20, 17, 14, 0\.\d+\)$/);
});
