import type { Page } from "playwright-core";
import type { Part, Screen } from "./screen.ts";

/** A page of Chromium as the tests of all engines see it. */
export function chromiumScreen(page: Page): Screen {
  const within = (part: Part) =>
    part === "page"
      ? page.locator("body")
      : page.frameLocator('iframe[title="App"]').locator("body");
  return {
    goto: async (address) => {
      await page.goto(address);
    },
    reload: async () => {
      await page.reload();
    },
    async text(part) {
      const [body] = await within(part).all();
      return body ? body.innerText() : "";
    },
    has: (part, role, name) => within(part).getByRole(role, { name, exact: true }).isVisible(),
    async press(part, name) {
      const button = within(part).getByRole("button", { name, exact: true });
      if (!(await button.isVisible()) || !(await button.isEnabled())) return false;
      await button.click();
      return true;
    },
    async fill(part, name, text) {
      const field = within(part).getByLabel(name, { exact: true });
      if (!(await field.isVisible())) return false;
      await field.fill(text);
      return true;
    },
  };
}
