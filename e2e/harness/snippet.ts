import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { address } from "./chromium.ts";

/** Source of a program in `examples/`. */
export function example(name: string): string {
  return readFileSync(`examples/${name}.py`, "utf8");
}

/** Address of a snippet, in the compressed format of links. */
export function snippet(code: string, requirements = "", origin = address()): string {
  const packed = gzipSync(JSON.stringify({ code, requirements })).toString("base64");
  return `${origin}/snippet/streamlit/v1#c=${encodeURIComponent(packed)}`;
}

/** What the app draws. */
export function app(page: Page): FrameLocator {
  return page.frameLocator('iframe[title="App"]');
}

/** The dialog that asks for a secret. */
export function dialog(page: Page, name: string | RegExp): Locator {
  return page.getByRole("dialog", { name });
}

/** Types a value as a person would and allows it, once the button is armed. */
export async function addAndAllow(page: Page, name: string, value: string): Promise<void> {
  const asked = dialog(page, name);
  await asked.getByLabel("Secret value", { exact: true }).fill(value);
  // Playwright presses no button that says it is disabled, as this one does until it is armed.
  await asked.getByRole("button", { name: "Add and allow" }).click();
  await asked.waitFor({ state: "hidden" });
}
