import { pageHeaders } from "@portafilter/protocol";
import type { BrowserContext, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { useFirefox } from "../harness/firefox.ts";
import { frameOf, hostile, openHostile } from "../harness/hostile.ts";
import { useOutside } from "../harness/outside.ts";
import { until } from "../harness/screen.ts";
import { app, snippet } from "../harness/snippet.ts";

const { context: newContext } = useChromium();
const evil = useEvilSite();

/** The addresses of a running app that somebody could be sent to, by what they are. */
async function addressesOf(page: Page): Promise<Record<string, string>> {
  const { origin } = new URL((await frameOf(page, "App")).url());
  const run = await (await frameOf(page, "App")).evaluate<string>("name");
  const manifest = await (await frameOf(page, "Runtime")).evaluate<string>(
    "document.getElementById('manifest').textContent",
  );
  const file = /\/_portafilter\/members\/[0-9a-f]+\/streamlit\/static\/index.html/.exec(manifest);
  return {
    "its first page": `${origin}/?_portafilter=${run}`,
    "its address": `${origin}/`,
    "a page of it": `${origin}/other?_portafilter=${run}`,
    "a file of it": `${origin}/static/none.js?_portafilter=${run}`,
    "its runtime frame": `${origin}/_portafilter/frame?run=${run}`,
    "the framework's page": `${origin}${file?.[0] ?? "/absent"}`,
  };
}

/** What a tab that was opened shows must be ours alone, with the way back. */
async function expectWayBack(tab: Page): Promise<void> {
  await tab.getByRole("heading", { name: "This address belongs to an app" }).waitFor();
  const link = tab.getByRole("link", { name: address() });
  expect(await link.getAttribute("href")).toBe(`${address()}/`);
  expect(await tab.getByText("hostile").count()).toBe(0);
  expect(await tab.evaluate("document.scripts.length + frames.length")).toBe(0);
}

async function opens(context: BrowserContext, where: string): Promise<Page> {
  const tab = await context.newPage();
  const answer = await tab.goto(where);
  for (const [name, value] of Object.entries(pageHeaders))
    expect([where, name, await answer?.headerValue(name)]).toEqual([where, name, value]);
  return tab;
}

describe("in Chromium", () => {
  test("attack A8: no address of an app shows it outside our bar, while it runs or later", async () => {
    const context = await newContext();
    const { page } = await openHostile(await context.newPage());
    const addresses = await addressesOf(page);
    const tryAll = async () => {
      for (const where of Object.values(addresses)) {
        const tab = await opens(context, where);
        await expectWayBack(tab);
        await tab.reload();
        await expectWayBack(tab);
        await tab.close();
      }
    };
    await tryAll();
    await app(page).getByText("hostile").waitFor();
    // The service worker stays when the run has gone.
    await page.close();
    await tryAll();
  });

  test("attack A8: nor does a link in it, nor a link, a form or a window of somebody else's page", async () => {
    const context = await newContext();
    const { page, inApp } = await openHostile(await context.newPage());
    const { "its first page": first } = await addressesOf(page);
    // The visitor's own way to open a link elsewhere gets out of the sandbox.
    await inApp(
      `document.body.prepend(Object.assign(document.createElement("a"), { href: "/", textContent: "elsewhere", style: "position: fixed; top: 0; left: 0; z-index: 99999999" }))`,
    );
    const opening = context.waitForEvent("page");
    await app(page).getByRole("link", { name: "elsewhere" }).click({ button: "middle" });
    await expectWayBack(await opening);

    evil().serve(`<a target="_blank" rel="opener" href="${first}">link</a>
      <form target="_blank" method="post" action="${first}"><button>form</button></form>
      <button onclick="window.open('${first}')">window</button>`);
    const site = await context.newPage();
    await site.goto(evil().address);
    for (const name of ["link", "form", "window"]) {
      const opening = context.waitForEvent("page");
      await site.getByRole(name === "link" ? "link" : "button", { name }).click();
      const tab = await opening;
      await expectWayBack(tab);
      expect(await tab.evaluate("opener")).toBeNull();
    }
  });

  test("attack A8: the way out of the page that stands alone leads to the platform", async () => {
    const context = await newContext();
    const { page } = await openHostile(await context.newPage());
    const { "its first page": first = "" } = await addressesOf(page);
    const tab = await opens(context, first);
    await tab.getByRole("link", { name: address() }).click();
    await tab.getByRole("link", { name: "Run the example" }).waitFor();
  });

  test("attack A8: whatever makes an app's answers, they carry the headers that the server's do", async () => {
    const { inApp, inRuntime } = await openHostile(await (await newContext()).newPage());
    // The author's Python answers as it likes.
    await inRuntime(`
      var native = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message, [port]) {
        if (message.type !== "http" || !message.path.startsWith("/evil")) return native.apply(this, arguments);
        const headers = [["content-type", message.path === "/evil.svg" ? "image/svg+xml" : "text/html"],
          ["permissions-policy", "fullscreen=*, camera=*"], ["content-security-policy", "frame-ancestors *"],
          ["cross-origin-opener-policy", "unsafe-none"], ["cross-origin-embedder-policy", "require-corp"],
          ["document-isolation-policy", "isolate-and-require-corp"], ["origin-agent-cluster", "?0"],
          ["set-cookie", "planted=1"], ["service-worker-allowed", "/"], ["clear-site-data", '"storage"']];
        port.postMessage({ type: "start", status: 200, headers });
        const page = \`<script>parent.postMessage({ evil: [crossOriginIsolated, typeof SharedArrayBuffer,
          document.featurePolicy.allowsFeature("fullscreen"), document.cookie] }, "*")</script>\`;
        port.postMessage({ type: "body", bytes: new TextEncoder().encode(page) });
        port.postMessage({ type: "end" });
      }`);
    const headersOf = (path: string, init = "{}") =>
      inApp<Record<string, string>>(
        `fetch("${path}", ${init}).then((answer) => Object.fromEntries(answer.headers))`,
      );
    const ofServer = await headersOf("/_portafilter/frame");
    const same = Object.keys(pageHeaders).map((name) => [name, ofServer[name]]);
    expect(Object.fromEntries(same)).toEqual(pageHeaders);
    const sleep = `{ method: "POST", body: JSON.stringify({ type: "sleep", ms: 1 }) }`;
    for (const [path, init] of [
      ["/"],
      ["/static/none.js"],
      ["/_stcore/health"],
      ["/_portafilter/sync?run=none", sleep],
      ["/_portafilter/sync?run=none"],
      ["/?_portafilter=none"],
      ["/evil"],
      ["/evil.svg"],
    ] as const) {
      const found = await headersOf(path, init);
      expect([path, found]).toEqual([path, expect.objectContaining(pageHeaders)]);
      const policy = found["content-security-policy"];
      expect(policy).toContain(`frame-ancestors 'self' ${address()}`);
      expect(policy).toContain("sandbox allow-scripts");
      expect(policy).not.toContain("*");
      expect(Object.keys(found)).not.toContain("document-isolation-policy");
    }
    // Nor does a page like that get memory to share, which makes a fine clock, or a permission.
    const told = await inApp<unknown>(`new Promise((resolve) => {
      addEventListener("message", ({ data }) => { if (data.evil) resolve(data.evil); });
      document.body.appendChild(document.createElement("iframe")).src = "/evil";
    })`);
    expect(told).toEqual([false, "undefined", false, ""]);
  });

  test("attack A8: no child of an app's page, whatever its address, is allowed more", async () => {
    const { inApp } = await openHostile(await (await newContext()).newPage());
    const children = await inApp<Record<string, string[]>>(`(async () => {
      const page = "<script>parent.postMessage(document.featurePolicy.allowedFeatures(), '*')</script>";
      const sources = {
        blob: { src: URL.createObjectURL(new Blob([page], { type: "text/html" })) },
        data: { src: "data:text/html," + encodeURIComponent(page) },
        srcdoc: { srcdoc: page },
        blank: { src: "about:blank" },
        own: { src: "/" },
      };
      const found = {};
      for (const [kind, properties] of Object.entries(sources)) {
        const frame = Object.assign(document.createElement("iframe"), properties, { allow: "fullscreen *; camera *; clipboard-read *" });
        const told = new Promise((resolve) => {
          const listen = ({ source, data }) => source === frame.contentWindow && Array.isArray(data) && resolve(data);
          addEventListener("message", listen);
          if (kind === "blank" || kind === "own") frame.onload = () => resolve(frame.contentDocument.featurePolicy.allowedFeatures());
        });
        document.body.append(frame);
        found[kind] = await told;
      }
      return found;
    })()`);
    const closed = Object.keys(children).filter((kind) =>
      pageHeaders["permissions-policy"]
        ?.split(", ")
        .some((feature) => children[kind]?.includes(feature.replace("=()", ""))),
    );
    expect(closed).toEqual([]);
  });
});

describe("in Firefox", () => {
  const outside = useOutside("nobody.test");
  const { page: newPage } = useFirefox(outside);

  test("attack A8: no address of an app shows it outside our bar, while it runs or later", async () => {
    const page = await newPage();
    await page.goto(snippet(hostile()));
    const frame = async () => (await page.$('iframe[title="App"]'))?.contentFrame();
    await until("the app runs", async () =>
      Boolean((await (await frame())?.$("::-p-text(hostile)")) ?? false),
    );
    const first = await page.$eval('iframe[title="App"]', (element) => element.getAttribute("src"));
    const { origin } = new URL(first ?? "");
    const tryAll = async () => {
      for (const where of [first ?? "", `${origin}/`, `${origin}/other`]) {
        const tab = await page.browserContext().newPage();
        await tab.goto(where);
        const text = await tab.evaluate(() => document.body.innerText);
        expect(text).toContain("This address belongs to an app");
        expect(await tab.$eval("a", (link) => link.href)).toBe(`${address()}/`);
        await tab.close();
      }
    };
    await tryAll();
    await page.goto(address());
    await tryAll();
  });
});
