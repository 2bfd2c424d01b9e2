import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openHostile } from "../harness/hostile.ts";
import { app } from "../harness/snippet.ts";

const { page: newPage } = useChromium();

/** A program of the app's own that would answer for the whole origin, on every later visit. */
const worker = `self.addEventListener("fetch", (event) => event.respondWith(new Response("mine")))`;

test("attack B2: no script but the platform's becomes a service worker of an app's origin", async () => {
  const page = await newPage();
  const { inApp, inRuntime } = await openHostile(page);
  const source = JSON.stringify(worker);
  const attempts = [
    `"/sw.js"`,
    `"/static/sw.js"`,
    `"/media/sw.js"`,
    `"/_portafilter/sw.js/../../sw.js"`,
    `"/_portafilter/%73w.js"`,
    `"/_portafilter/runner/x/page.js"`,
    `URL.createObjectURL(new Blob([${source}], { type: "text/javascript" }))`,
    `"data:text/javascript," + encodeURIComponent(${source})`,
  ];
  for (const run of [inApp, inRuntime])
    for (const address of attempts)
      for (const options of ["{}", "{ type: 'module', updateViaCache: 'all' }"]) {
        const registered = `navigator.serviceWorker.register(${address}, ${options}).then(
          () => "registered", (error) => error.name)`;
        expect(await run(registered), address).toMatch(/^(SecurityError|TypeError)$/);
      }
  const scripts = `navigator.serviceWorker.getRegistrations().then((all) =>
    all.map(({ active, scope }) => [new URL(active.scriptURL).pathname, new URL(scope).pathname]))`;
  expect(await inApp(scripts)).toEqual([["/_portafilter/sw.js", "/"]]);
});

test("attack B2: an app that removes the service worker stops itself, and a reload brings it back", async () => {
  const page = await newPage();
  const { inApp } = await openHostile(page);
  await inApp(`navigator.serviceWorker.getRegistrations().then((all) =>
    Promise.all(all.map((registration) => registration.unregister())))`);
  await page.reload();
  await app(page).getByText("hostile").waitFor();
  await page.getByRole("button", { name: "Restart" }).click();
  await app(page).getByText("hostile").waitFor();
});

test("attack B2: an app with other code is another origin, which no earlier version has touched", async () => {
  const page = await newPage();
  const first = await openHostile(page, "# version 1");
  await first.inApp("caches.open('x').then((cache) => cache.put('/', new Response('version 1')))");
  const origin = await first.inApp("origin");
  const second = await openHostile(page, "# version 2");
  expect(await second.inApp("origin")).not.toBe(origin);
  expect(await second.inApp("caches.keys()")).toEqual([]);
});
