import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { onTestFinished } from "vitest";
import { launchOptions } from "./chromium.ts";
import { chromiumMapping, layout } from "./layout.ts";

/**
 * Chromium with a profile that is kept, as visitors have it, for one test; those of `useChromium` are
 * private windows, which block cookies of third parties. @param settings - what the visitor has set.
 */
export async function openProfile(settings: object = {}): Promise<BrowserContext> {
  const folder = await mkdtemp(join(tmpdir(), "portafilter-profile-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "Default"));
  await writeFile(join(folder, "Default", "Preferences"), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(
    folder,
    launchOptions(chromiumMapping(layout())),
  );
  onTestFinished(() => context.close());
  context.setDefaultTimeout(60_000);
  return context;
}

/** Settings of a profile, by what a visitor does. */
export const settings = {
  allowThirdPartyCookies: { profile: { cookie_controls_mode: 0 } },
  blockSite: (domain: string) => ({
    profile: {
      content_settings: { exceptions: { cookies: { [`[*.]${domain},*`]: { setting: 2 } } } },
    },
  }),
  blockEverything: { profile: { default_content_setting_values: { cookies: 2 } } },
};
