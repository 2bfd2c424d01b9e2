import puppeteer, { type Browser, type Frame, type Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Outside } from "./outside.ts";
import type { Part, Role, Screen } from "./screen.ts";

/** Firefox over WebDriver BiDi; see `useChromium`. Each screen has cookies and storage of its own. */
export function useFirefox(
  outside: () => Outside,
  preferences: Readonly<Record<string, unknown>> = {},
): {
  screen: () => Promise<Screen>;
  /** The page itself, for what a screen does not show. */
  page: () => Promise<Page>;
} {
  let browser: Browser | undefined;
  const opened: Page[] = [];
  beforeAll(async () => {
    browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: "/usr/bin/firefox-esr",
      acceptInsecureCerts: true,
      extraPrefsFirefox: {
        "network.proxy.type": 1,
        "network.proxy.ssl": "127.0.0.1",
        "network.proxy.ssl_port": outside().port,
        ...preferences,
      },
    });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((page) => page.browserContext().close()));
  });
  afterAll(async () => {
    await browser?.close();
  });
  const page = async () => {
    if (!browser) throw new Error("Firefox has not been launched.");
    const fresh = await (await browser.createBrowserContext()).newPage();
    opened.push(fresh);
    return fresh;
  };
  return { page, screen: async () => screenOf(await page()) };
}

function screenOf(page: Page): Screen {
  const frameOf = async (part: Part): Promise<Frame | null> => {
    if (part === "page") return page.mainFrame();
    const element = await page.$('iframe[title="App"]');
    return (await element?.contentFrame()) ?? null;
  };
  // A password field has no role by the specification, so fields are found by their label alone.
  const find = async (part: Part, role: Role, name: string) =>
    (await frameOf(part))?.$(`::-p-aria(${name}${role === "textbox" ? "" : `[role="${role}"]`})`) ??
    null;
  return {
    goto: async (address) => {
      await page.goto(address);
    },
    reload: async () => {
      await page.reload();
    },
    text: async (part) => (await frameOf(part))?.evaluate(() => document.body.innerText) ?? "",
    has: async (part, role, name) => (await find(part, role, name)) !== null,
    async press(part, button) {
      const element = await find(part, "button", button);
      if (!element || (await element.evaluate((node) => node.ariaDisabled === "true")))
        return false;
      await element.click();
      return true;
    },
    async fill(part, field, text) {
      const element = await find(part, "textbox", field);
      await element?.type(text);
      return element !== null;
    },
  };
}
