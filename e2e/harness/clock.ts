import type { Page } from "playwright-core";

/**
 * Stops the clocks of all frames of a page that had `clock.install()` before it loaded: however slow the
 * steps of a test are, time passes for the page only by `clock.runFor` until `clock.resume`. What its
 * timers are due to do in the next seconds is done at once.
 */
export async function stopClock(page: Page): Promise<void> {
  // The clock goes on until it is told, and can be stopped in the future only.
  const now = await page.evaluate(() => Date.now());
  await page.clock.pauseAt(now + 10_000);
}

/** Nearly as long as a dialog waits before a confirmation counts (`limits.confirmDelay`). */
export const almostArmed = 900;
