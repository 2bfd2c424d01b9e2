import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { ada, type ScriptedApi } from "./scripted-api.ts";

const { open } = accountPages(useHostPage({ bypassCSP: true }));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const looks = [
  { width: 1280, colorScheme: "light", forcedColors: "none" },
  { width: 1280, colorScheme: "dark", forcedColors: "none" },
  { width: 390, colorScheme: "light", forcedColors: "none" },
  { width: 390, colorScheme: "dark", forcedColors: "none" },
  { width: 320, colorScheme: "light", forcedColors: "active" },
] as const;

async function expectClean(page: Page): Promise<void> {
  await page.addScriptTag({ path: axe });
  for (const look of looks) {
    await page.setViewportSize({ width: look.width, height: 800 });
    await page.emulateMedia({ ...look, reducedMotion: "reduce" });
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run: (o: object) => Promise<AxeResults> } }).axe.run({
        iframes: false,
      }),
    );
    const found = violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]);
    expect({ look, found }).toEqual({ look, found: [] });
    const isWider = () => document.documentElement.scrollWidth > innerWidth;
    expect({ look, scrolls: await page.evaluate(isWider) }).toEqual({ look, scrolls: false });
  }
}

const pages: [string, string, Partial<ScriptedApi>][] = [
  ["/", "Run the example", {}],
  ["/sign-in", "Create an account", {}],
  ["/sign-in", "Go on", { user: ada }],
  ["/sign-in", "Go to the start page", { offers: { accounts: false, mail: false, providers: [] } }],
  ["/sign-in/done?then=close", "Portafilter", { user: ada }],
  ["/sign-in/done", "Sign in", {}],
  ["/sign-up", "Sign in", {}],
  ["/forgot", "Back to sign in", {}],
  ["/reset#token=t", "Ask for another link", {}],
  ["/verify-email#token=t", "Sign in", {}],
  ["/settings/account", "Secrets", { user: ada }],
];
test.each(pages)("%s, with %s", async (path, name, given) => {
  const { page, link } = await open(path, given);
  await link(name).first().waitFor();
  await expectClean(page);
});

test.each([
  ["deleted", "Your account is deleted."],
  ["provider", "Signing in there did not work out."],
])("what happened before: %s", async (outcome, words) => {
  const { page, link } = await open("/sign-in");
  await link("Create an account").waitFor();
  await page.evaluate((kept) => {
    sessionStorage.setItem("portafilter.outcome", kept);
  }, outcome);
  await page.goto(`${new URL(page.url()).origin}/sign-in?problem=oidc`);
  await page.getByText(words).waitFor();
  await expectClean(page);
});

test("a form with everything wrong in it", async () => {
  const { page, button } = await open("/sign-up");
  await button("Create account").click();
  await page.getByText("Enter your email.").waitFor();
  await expectClean(page);
});

test("a form that was refused", async () => {
  const { page, api, email, password, button } = await open("/sign-in");
  api.refuse.set("sign-in", { code: "rate_limited", retryAfter: 60 });
  await email.fill("ada@example.org");
  await password.fill("whatever");
  await button("Sign in").click();
  await page.getByText("Try again in 1 minute.").waitFor();
  await expectClean(page);
});

test("the menu", async () => {
  const { page, button } = await open("/how-it-works", { user: ada });
  await button("Account menu, ada@example.org").click();
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
  await expectClean(page);
});

test("the settings with their questions open", async () => {
  const { page, button } = await open("/settings/account", { user: ada, fresh: false });
  await button("Delete account").click();
  await page.getByRole("alertdialog").waitFor();
  await expectClean(page);
  await button("Keep account").click();
  await button("Add a passkey").click();
  await page.getByRole("alertdialog", { name: "Confirm that it is you" }).waitFor();
  await expectClean(page);
});

test("the settings when the server is out of reach", async () => {
  const { page, button } = await open("/settings/account", { reachable: false });
  await button("Try again").waitFor();
  await expectClean(page);
});
