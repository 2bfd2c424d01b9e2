import type { Page } from "playwright-core";
import { test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { chromiumScreen } from "../harness/chromium-screen.ts";
import { useOutside } from "../harness/outside.ts";
import { addAndAllow, isAsked, shows, until } from "../harness/screen.ts";
import { example, snippet } from "../harness/snippet.ts";
import { forceSync } from "./force-sync.ts";
import {
  firstSecret,
  host,
  impossibleWaits,
  openaiChat,
  progress,
  threads,
  twoNames,
} from "./journeys.ts";

/** What WebKit must do, in Chromium: as if it could not switch stacks either. */
const outside = useOutside(host);
const { context: newContext } = useChromium({
  ignoreHTTPSErrors: true,
  // Read when a context is made; the port is known by then.
  get proxy() {
    return { server: `http://127.0.0.1:${outside().port}`, bypass: ".localhost" };
  },
});

async function newPage(): Promise<Page> {
  const context = await newContext();
  await forceSync(context);
  return context.newPage();
}
const newScreen = async () => chromiumScreen(await newPage());

test("secret.py: denied, asked again, allowed, reloaded", async () => {
  await firstSecret(await newScreen());
});
test("openai_chat.py talks to OpenAI with the visitor's key", async () => {
  await openaiChat(await newScreen(), outside());
});
test("two names, and a rerun that asks for neither", async () => {
  await twoNames(await newScreen());
});
test("threads, pools, queues and timers", async () => {
  await threads(await newScreen());
});
test("a script that sleeps shows how far it is", async () => {
  await progress(await newScreen(), outside());
});
test("a wait that nothing could end says so", async () => {
  await impossibleWaits(await newScreen());
});

test("a question outlives the service worker that carries it", async () => {
  const page = await newPage();
  const screen = chromiumScreen(page);
  await screen.goto(snippet(example("secret")));
  await isAsked(screen, "SUPER_SECRET_API_KEY");
  await killServiceWorkers(page);
  await addAndAllow(screen, "SUPER_SECRET_API_KEY", "correct horse");
  await shows(screen, "app", "correct horse");
});

test("a reload past the service worker changes nothing", async () => {
  const page = await newPage();
  const screen = chromiumScreen(page);
  await screen.goto(snippet(example("secret")));
  await addAndAllow(screen, "SUPER_SECRET_API_KEY", "correct horse");
  await shows(screen, "app", "correct horse");
  const chromium = await page.context().newCDPSession(page);
  await chromium.send("Page.reload", { ignoreCache: true });
  await shows(screen, "app", "correct horse");
});

/**
 * As the browser does when it needs memory, or when it takes one for stuck. Three times, because
 * Chromium itself makes a request again whose service worker has died once.
 */
async function killServiceWorkers(page: Page): Promise<void> {
  const chromium = await page.context().newCDPSession(page);
  let status = "";
  let deaths = 0;
  chromium.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
    for (const { runningStatus } of versions) {
      if (runningStatus === "stopped" && status !== "" && status !== "stopped") deaths += 1;
      status = runningStatus;
    }
  });
  await chromium.send("ServiceWorker.enable");
  for (let times = 1; times <= 3; times++) {
    await until("it runs", () => status === "running");
    await chromium.send("ServiceWorker.stopAllWorkers");
    await until("it has been stopped", () => deaths >= times);
  }
  await chromium.detach();
}
