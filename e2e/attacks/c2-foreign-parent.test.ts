import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { frameOf, openHostile } from "../harness/hostile.ts";
import { layout, appOrigin as originOf } from "../harness/layout.ts";
import { app } from "../harness/snippet.ts";

const evil = useEvilSite();
const appOrigin = () => originOf("sforeignparent");

/** A page that plays the host page: it hands a port with a program on it to the frame it embeds. */
const impostor = () => `<!doctype html>
<iframe src="${appOrigin()}/_portafilter/frame?run=r"></iframe>
<script>
  var heard = [], offers = 0;
  addEventListener("message", (event) => heard.push(event.data));
  setInterval(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => heard.push(data);
    port1.postMessage({ v: 1, type: "app.start", app: { id: "s", type: "streamlit", code: "print(1)", requirements: "" }, theme: "light", forceSync: false });
    frames[0].postMessage({ v: 1, type: "host.port" }, "*", [port2]);
    offers += 1;
  }, 10);
</script>`;

const frameUrls = (page: Page) =>
  page
    .frames()
    .slice(1)
    .map((frame) => frame.url());

describe("with the server's policy", () => {
  const { page: newPage } = useChromium();

  test("attack C2: neither frame of an app shows on another site", async () => {
    const page = await newPage();
    evil().serve(`<iframe src="${appOrigin()}/_portafilter/frame?run=r"></iframe>
      <iframe src="${appOrigin()}/"></iframe>`);
    await page.goto(evil().address);
    await expect
      .poll(() => frameUrls(page))
      .toEqual(["chrome-error://chromewebdata/", "chrome-error://chromewebdata/"]);
  });
});

describe("without it", () => {
  const { page: newPage } = useChromium();

  test("attack C2: a frame takes no port from a parent that is not the platform", async () => {
    const page = await newPage();
    await page.route("**/_portafilter/frame?*", async (route) => {
      const { host, origin } = new URL(appOrigin());
      const url = route.request().url().replace(origin, layout().server);
      const response = await route.fetch({ url, headers: { host } });
      const headers = { ...response.headers() };
      delete headers["content-security-policy"];
      await route.fulfill({ response, headers });
    });
    evil().serve(impostor());
    await page.goto(evil().address);
    const frame = () => page.frames()[1];
    await expect.poll(() => frame()?.url()).toContain("/_portafilter/frame");
    // Its script runs and waits for the platform.
    const runs = `performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/worker.js"))`;
    await expect.poll(() => frame()?.evaluate(runs)).toBe(true);
    const offers = await page.evaluate<number>("offers");
    await expect.poll(() => page.evaluate<number>("offers")).toBeGreaterThan(offers + 100);
    expect(await page.evaluate("heard")).toEqual([]);
  });
});

describe("opened by itself", () => {
  const { context: newContext } = useChromium();

  test("attack C2: an app's address shows no app outside the platform's frame, also while it runs elsewhere", async () => {
    const context = await newContext();
    const alone = await context.newPage();
    await alone.goto(`${appOrigin()}/`);
    await alone.getByRole("heading", { name: "This address belongs to an app" }).waitFor();

    // While it runs in another tab, its service worker answers here, too, unless that tab is another site's: with the same words.
    const running = await openHostile(await context.newPage());
    await alone.goto(new URL((await frameOf(running.page, "App")).url()).origin);
    await alone.getByRole("heading", { name: "This address belongs to an app" }).waitFor();
    expect(await alone.getByText("hostile").count()).toBe(0);
    expect(await alone.evaluate("opener")).toBeNull();
    await app(running.page).getByText("hostile").waitFor();
  });
});
