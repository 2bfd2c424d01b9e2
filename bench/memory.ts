import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";

/** Resident memory of the browser's largest renderer, in megabytes: the process of the app's origin. Linux only. */
export async function largestRenderer(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      const status = readFileSync(`/proc/${id}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000;
    });
  return Math.max(...sizes);
}
