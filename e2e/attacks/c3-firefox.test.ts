import puppeteer, { type Browser } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { request, useHostPage } from "../web-fixture/host-page.ts";

const { link } = useHostPage();
let browser: Browser | undefined;
beforeAll(async () => {
  browser = await puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr" });
});
afterAll(async () => {
  await browser?.close();
});

test.each(["taps", "clicks"])(
  "attack C3: in Firefox, %s in a row confirm nothing",
  async (kind) => {
    const page = (await browser?.newPage()) ?? expect.fail("no Firefox");
    await page.setViewport({ width: 390, height: 780 });
    await page.goto(link());
    const runtime = await page.waitForSelector('iframe[title="Runtime"]');
    const frame = (await runtime?.contentFrame()) ?? expect.fail("no frame");
    await frame.waitForFunction('received.some(({ type }) => type === "app.start")');
    await frame.evaluate(`say(${JSON.stringify({ ...request("1", "KEY"), v: 1 })})`);
    const button =
      (await page.waitForSelector('::-p-aria(Add and allow[role="button"])')) ??
      expect.fail("no button");
    await page.locator("dialog input").fill("canary-f1f0");
    const { x, y, width, height } = (await button.boundingBox()) ?? expect.fail("no button");
    const at = [x + width / 2, y + height / 2] as const;
    const press = () => (kind === "taps" ? page.touchscreen.tap(...at) : page.mouse.click(...at));
    const given = () => frame.evaluate('received.some(({ type }) => type === "secret.value")');
    // How long the page was left alone: a machine that is busy may leave it alone for long enough.
    await page.evaluate(() => {
      // The wait begins again, so that it begins with the first press.
      dispatchEvent(new Event("resize"));
      let last = performance.now();
      const seen = globalThis as unknown as { longest: number };
      seen.longest = 0;
      addEventListener(
        "pointerdown",
        ({ timeStamp }) => {
          seen.longest = Math.max(seen.longest, timeStamp - last);
          last = timeStamp;
        },
        true,
      );
    });
    for (let i = 0; i < 15; i++) {
      await press();
      if (await given()) break;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const longest = Number(await page.evaluate("longest"));
    if (longest < 950) expect(await given()).toBe(false);
    else return;
    // It was the right place.
    await page.waitForSelector('dialog button[type="submit"][aria-disabled="false"]');
    await press();
    await frame.waitForFunction('received.some(({ type }) => type === "secret.value")');
    await page.close();
  },
);
