import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { chromiumScreen } from "../harness/chromium-screen.ts";
import { addAndAllow, isAsked, shows } from "../harness/screen.ts";
import { example, snippet } from "../harness/snippet.ts";
import { forceSync } from "./force-sync.ts";

const { context: newContext } = useChromium();
const name = "SUPER_SECRET_API_KEY";

/**
 * The one test that waits in real time: what it is about are limits of the browser itself (300 s for a
 * synchronous request, 30 s of idleness and 5 min of one event for a service worker), which no
 * stand-in for its clock reaches. It costs hardly any work and runs beside the other files.
 */
test("a question left open for six minutes still gets its answer", {
  timeout: 600_000,
}, async () => {
  const suspended = await newContext();
  const blocked = await newContext();
  await forceSync(blocked);
  const screens = [];
  for (const context of [suspended, blocked]) {
    const screen = chromiumScreen(await context.newPage());
    screens.push(screen);
    await screen.goto(snippet(example("secret")));
    await isAsked(screen, name);
  }
  await delay(6 * 60_000);
  for (const screen of screens) {
    expect(await screen.text("app")).not.toContain("Traceback");
    await addAndAllow(screen, name, "after a long while");
    await shows(screen, "app", "after a long while");
  }
});
