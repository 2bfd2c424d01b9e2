import type { BrowserContext, Page } from "playwright-core";
import type { useHostPage } from "../web-fixture/host-page.ts";
import { type ScriptedApi, scriptedApi, serveApi } from "./scripted-api.ts";

/** One page of the account, and what the test does with it by label and name. */
export function accountPages(host: ReturnType<typeof useHostPage>) {
  const open = async (path: string, given: Partial<ScriptedApi> = {}) => {
    const context = await host.context();
    const api = scriptedApi(given);
    await serveApi(context, api);
    return { context, api, ...(await openIn(context, path)) };
  };
  const openIn = async (context: BrowserContext, path: string) => {
    const page = await host.newPage(context);
    await page.goto(`${host.address()}${path}`);
    return controls(page);
  };
  return { open, openIn };
}

function controls(page: Page) {
  return {
    page,
    button: (name: string | RegExp) => page.getByRole("button", { name, exact: true }),
    link: (name: string) => page.getByRole("link", { name, exact: true }),
    heading: (name: string) => page.getByRole("heading", { name, exact: true }),
    email: page.getByLabel("Email", { exact: true }),
    password: page.getByLabel("Password", { exact: true }),
    path: () => {
      const { pathname, search, hash } = new URL(page.url());
      return pathname + search + hash;
    },
    /** What a screen reader adds to the field that has the focus. */
    described: () =>
      page.evaluate(() => {
        const ids = document.activeElement?.getAttribute("aria-describedby") ?? "";
        return document.getElementById(ids)?.textContent ?? "";
      }),
  };
}
