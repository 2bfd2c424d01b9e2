import type { BrowserContext } from "playwright-core";

/** Makes apps in all tabs of `context` run as in a browser without stack switching. */
export async function forceSync(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    if (location.hostname === "pycafe.localhost")
      sessionStorage.setItem("portafilter.forceSync", "1");
  });
}
