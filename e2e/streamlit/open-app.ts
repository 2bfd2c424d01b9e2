import { readFileSync } from "node:fs";
import type { FrameLocator, Page } from "playwright-core";
import { app, snippet } from "../harness/snippet.ts";

/** Opens a program of `apps/` and returns what it draws. */
export async function openApp(page: Page, name: string): Promise<FrameLocator> {
  await page.goto(snippet(readFileSync(`e2e/streamlit/apps/${name}.py`, "utf8")));
  return app(page);
}
