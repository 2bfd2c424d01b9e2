import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { frameOf, openHostile } from "../harness/hostile.ts";

const { page: newPage } = useChromium();

test("attack B6: an app's frames share neither a process nor memory with the host page", async () => {
  const page = await newPage();
  const { inApp, inRuntime } = await openHostile(page);
  for (const title of ["App", "Runtime"] as const) {
    // Chromium gives a debugging session of its own only to a frame in another process than its parent's.
    const session = await page.context().newCDPSession(await frameOf(page, title));
    await session.detach();
  }
  for (const run of [inApp, inRuntime, (source: string) => page.evaluate(source)]) {
    expect(await run("originAgentCluster")).toBe(true);
    // Without shared memory there is no clock that is fine enough to measure caches by.
    expect(await run("crossOriginIsolated")).toBe(false);
    expect(await run("typeof SharedArrayBuffer")).toBe("undefined");
  }
});
