import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { flags } from "../e2e/harness/flags.ts";
import { noteMessages } from "./start.ts";

export type Profile = { readonly context: BrowserContext; readonly close: () => Promise<void> };

/**
 * Chromium as a person has it, with a profile on the disk that is new: a private window, which tests use,
 * keeps no file of more than a few megabytes.
 */
export async function openProfile(...more: string[]): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), "portafilter-bench-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: "/usr/bin/chromium",
    args: [...flags, ...more],
  });
  await context.addInitScript(noteMessages);
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
