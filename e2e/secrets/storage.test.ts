import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { frameOf } from "../harness/hostile.ts";
import { addAndAllow, app, dialog, example, snippet } from "../harness/snippet.ts";
import { watchDialogs } from "../harness/watch.ts";

const { context: newContext, page: newPage } = useChromium();
const name = "SUPER_SECRET_API_KEY";
const canary = "canary-storage-5b0e";
const address = () => snippet(example("secret"));

async function openAllowed(page: Page): Promise<void> {
  await page.goto(address());
  await addAndAllow(page, name, canary);
  await app(page).getByText(canary).waitFor();
}

/** Everything that the platform keeps for a tab. */
const kept = (page: Page) => page.evaluate(() => JSON.stringify([sessionStorage, localStorage]));

test("a reload and Back from another page of ours ask nothing again; a step back from elsewhere, as when a tab is reopened, does", async () => {
  const page = await newPage();
  const dialogs = await watchDialogs(page);
  await openAllowed(page);
  await page.reload();
  await app(page).getByText(canary).waitFor();
  await page.goto(`${new URL(address()).origin}/how-it-works`);
  await page.goBack();
  await app(page).getByText(canary).waitFor();
  expect(await dialogs()).toEqual([]);
  await page.goto("about:blank");
  await page.goBack();
  await dialog(page, name).waitFor();
  expect(await kept(page)).not.toContain(canary);
});

test("another tab asks again, and so does one that is opened after the first was closed", async () => {
  const context = await newContext();
  const first = await context.newPage();
  await openAllowed(first);
  const second = await context.newPage();
  await second.goto(address());
  await dialog(second, name).waitFor();
  expect(await kept(second)).not.toContain(canary);
  await first.close();
  await second.close();
  const third = await context.newPage();
  await third.goto(address());
  await dialog(third, name).waitFor();
  expect(await kept(third)).not.toContain(canary);
  expect(JSON.stringify(await context.storageState())).not.toContain(canary);
});

test("a tab that the browser made as a copy of this one asks again, and does not keep the copy", async () => {
  const page = await newPage();
  await openAllowed(page);
  // Browsers copy sessionStorage into a window that is opened with an opener, as they do for “Duplicate”.
  const opening = page.waitForEvent("popup");
  await page.evaluate(() => void window.open(location.href));
  const copy = await opening;
  await dialog(copy, name).waitFor();
  expect(await kept(copy)).not.toContain(canary);

  // The app's own frames cannot make such a window at all.
  const blocked = "open(location.href) === null && parent.frames[0].open(location.href) === null";
  expect(await (await frameOf(page, "App")).evaluate(blocked)).toBe(true);
  await page.reload();
  await app(page).getByText(canary).waitFor();
});

test("values and grants survive a crash of the app's process", async () => {
  const page = await newPage();
  await watchDialogs(page);
  await openAllowed(page);
  // After a crash Playwright takes the whole page for lost, so what follows goes by another way.
  const host = await page.context().newCDPSession(page);
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await host.send("Runtime.evaluate", { expression, returnByValue: true });
    return result.value;
  };
  // Only a frame with a process of its own has a session of its own (attack B6).
  const frame = await page.context().newCDPSession(await frameOf(page, "Runtime"));
  const crashed = new Promise((resolve) => frame.once("Inspector.targetCrashed", resolve));
  void frame.send("Page.crash").catch(() => undefined);
  await crashed;

  await evaluate(
    `[...document.querySelectorAll("button")].find((b) => b.textContent === "Restart").click()`,
  );
  const asksFor = `document.querySelector("header").textContent.includes("asks for: ${name}")`;
  await expect.poll(() => evaluate(asksFor)).toBe(false);
  await expect.poll(() => evaluate(asksFor)).toBe(true);
  await expect.poll(() => evaluate("document.querySelector('progress')")).toBeNull();
  expect(await evaluate("shownDialogs")).toEqual([name]);
});

test("nothing of a value is kept anywhere but in this tab's storage of the platform", async () => {
  const page = await newPage();
  const requests: string[] = [];
  page.on("request", (request) => {
    requests.push(request.url(), request.postData() ?? "", JSON.stringify(request.headers()));
  });
  await openAllowed(page);
  expect(requests.join()).not.toContain(canary);
  expect(JSON.stringify(await page.context().storageState())).not.toContain(canary);
  expect(await page.evaluate(() => JSON.stringify(sessionStorage))).toContain(canary);
  expect(
    await page.evaluate(() =>
      [document.documentElement.outerHTML, location.href, document.title, document.cookie].join(),
    ),
  ).not.toContain(canary);
  // The app's origin keeps nothing of it by itself either.
  const frame = await frameOf(page, "App");
  const own = `(async () => JSON.stringify([sessionStorage, localStorage, document.cookie, location.href,
    await caches.keys(), (await indexedDB.databases()).map(({ name }) => name)]))()`;
  expect(await frame.evaluate(own)).not.toContain(canary);
});
