import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { ago } from "./scripted-secrets.ts";
import { secretsPages } from "./secrets-page.ts";

const host = useHostPage({ bypassCSP: true });
const open = secretsPages(host);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const canary = "canary-3e71";
const app = "sabcdefghijklmnopqrstuvwxyz234567";

async function expectClean(page: Page): Promise<void> {
  await page.addScriptTag({ path: axe });
  for (const width of [1280, 390])
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
      );
      const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((n) => n.html) }));
      expect({ width, colorScheme, found }).toEqual({ width, colorScheme, found: [] });
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    }
}

describe("axe, at both widths, light and dark", () => {
  test("the list with a secret open", async () => {
    const { page, secrets, visit, expand, button } = await open();
    const one = secrets.put("KEY", "first", [app]);
    secrets.put("KEY", canary);
    one.lastUsedAt = ago(5);
    secrets.put(`LONG_${"NAME_".repeat(20)}`, "v").damaged = true;
    secrets.audit = [
      { seq: 1, at: ago(1), action: "integrity_failure", app, secret: "KEY", device: null },
    ];
    await visit();
    await expand("KEY");
    await button("Show versions").click();
    await button("Reveal the value of KEY").click();
    await page.getByText(canary).waitFor();
    await expectClean(page);
  });

  test("empty, failed, and signed out", async () => {
    const { page, secrets, account, visit, said } = await open();
    await visit();
    await said("No secrets yet.");
    await expectClean(page);
    secrets.refuse.set("GET secrets", "secret_unavailable");
    await visit();
    await said("Your secrets could not be loaded.");
    await expectClean(page);
    account.user = null;
    await visit();
    await said("Nothing is kept in this tab.");
    await expectClean(page);
  });

  test.each(["Add secret", "Change value", "Rename", "Delete"])(
    "the dialog of %s",
    async (name) => {
      const { page, secrets, visit, expand, button, dialog } = await open();
      secrets.put("KEY", "v");
      await visit();
      await expand("KEY");
      await button(name).click();
      await dialog.waitFor();
      await expectClean(page);
    },
  );
});
