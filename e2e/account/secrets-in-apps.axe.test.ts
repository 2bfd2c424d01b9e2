import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { addAndAllow, request, useHostPage } from "../web-fixture/host-page.ts";
import { ada } from "./scripted-api.ts";
import { elsewhere, secretApps } from "./secret-apps.ts";

const openApp = secretApps(useHostPage({ bypassCSP: true }));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const canary = "canary-77b2";

async function expectClean(page: Page, what: string): Promise<void> {
  for (const width of [1280, 390])
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run: (o: object) => Promise<AxeResults> } }).axe.run({
          iframes: false,
        }),
      );
      const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((n) => n.html) }));
      const look = { what, width, colorScheme };
      expect({ ...look, found }).toEqual({ ...look, found: [] });
      const isWider = () => document.documentElement.scrollWidth > innerWidth;
      expect({ ...look, scrolls: await page.evaluate(isWider) }).toEqual({
        ...look,
        scrolls: false,
      });
    }
}

test("axe: the dialog, signed out, signed in, and with a value that was not kept", async () => {
  const { host, account, secrets } = await openApp(null);
  const { page } = host;
  await page.addScriptTag({ path: axe });
  await host.say(request("1", "KEY"));
  await page.getByText("Kept in this tab only. Sign in").waitFor();
  await expectClean(page, "signed out");
  await host.field.fill(canary);
  account.user = ada;
  await elsewhere(page, "signed-in");
  await page.getByText("Kept in your account, encrypted.").waitFor();
  secrets.refuse.set("POST secrets/allow", "secret_limit");
  await host.armed();
  await host.button("Add and allow").click();
  await page.getByText("Your account holds as many secrets as it can.").waitFor();
  await expectClean(page, "not kept");
});

test("axe: what a merge moved, Allow, an account out of reach, and an app stopped by signing out", async () => {
  const { host, account, secrets } = await openApp(null);
  const { page } = host;
  await page.addScriptTag({ path: axe });
  await host.say(request("1", "KEY"));
  await addAndAllow(host, "KEY", canary);
  secrets.put("KEY", "another");
  account.user = ada;
  await elsewhere(page, "signed-in");
  const toast = page.getByRole("region", { name: "Secrets of this tab" });
  await toast.getByText("KEY had another value in your account.").waitFor();
  await expectClean(page, "what moved");
  await host.button("Close this message").click();

  secrets.put("KNOWN", canary);
  await host.say(request("2", "KNOWN"));
  await page.getByText("Your account already has a value for it.").waitFor();
  await host.armed();
  await expectClean(page, "Allow");
  await host.button("Allow").click();
  await host.dialog("KNOWN").waitFor({ state: "hidden" });

  secrets.refuse.set("POST secrets/use", "secret_unavailable");
  await host.say(request("3", "OTHER"));
  await page.getByText("Secrets in your account cannot be reached just now.").waitFor();
  await expectClean(page, "out of reach");

  account.user = null;
  await elsewhere(page, "signed-out");
  await page.getByRole("heading", { name: "You are signed out, so the app was stopped" }).waitFor();
  await expectClean(page, "signed out, stopped");
});
