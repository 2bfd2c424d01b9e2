import { type BrowserContext, chromium, type LaunchOptions, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { flags } from "./flags.ts";
import { address, chromiumMapping, layout } from "./layout.ts";

export { address } from "./layout.ts";

/**
 * Chromium 156 keeps pages of its own behind the address bar of every window, for suggestions. Nobody sees
 * them here, and without them the start of an app takes a sixth less of the processor. This list takes the
 * place of Playwright's, which would turn off the partitions of storage that visitors have.
 */
const withoutSuggestions = "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup";

/** How Debian's Chromium is launched, `more` among its arguments. */
export function launchOptions(more: readonly string[] = []): LaunchOptions {
  return { executablePath: "/usr/bin/chromium", args: [...flags, withoutSuggestions, ...more] };
}

export function launchChromium(options: LaunchOptions = {}, more: readonly string[] = []) {
  return chromium.launch({ ...launchOptions(more), ...options });
}

/**
 * One browser for the file, a fresh profile for each test: call at the top of a file, then `page()` in
 * the tests. Errors that scripts of any frame or worker do not catch fail the test in which they happen,
 * but for those that an app makes on purpose and `expected` matches.
 */
export function useChromium(
  options: Parameters<Awaited<ReturnType<typeof launchChromium>>["newContext"]>[0] = {},
  expected?: RegExp,
  launched: LaunchOptions = {},
) {
  let browser: Awaited<ReturnType<typeof launchChromium>> | undefined;
  const contexts: BrowserContext[] = [];
  const errors: string[] = [];
  beforeAll(async () => {
    browser = await launchChromium(launched, chromiumMapping(layout()));
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    const seen = errors.splice(0);
    if (seen.length > 0) throw new Error(`Errors were not caught:\n${seen.join("\n")}`);
  });
  afterAll(async () => {
    await browser?.close();
  });

  const context = async (): Promise<BrowserContext> => {
    if (!browser) throw new Error("The browser has not been launched.");
    const fresh = await browser.newContext(options);
    contexts.push(fresh);
    fresh.setDefaultTimeout(60_000);
    fresh.on("page", (page) => {
      page.on("pageerror", (error) => {
        if (page.url().startsWith(address()) && expected?.test(String(error)) !== true)
          errors.push(String(error));
      });
    });
    return fresh;
  };
  return { context, page: async (): Promise<Page> => (await context()).newPage() };
}
