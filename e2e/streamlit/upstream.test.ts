import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("the page's scripts are loaded under the app's own addresses, so that none runs twice", async () => {
  const app = await openApp(await newPage(), "text");
  await app.getByText("Boats: 7").waitFor();
  const loaded = await app.locator("html").evaluate(() => {
    const entries = performance.getEntriesByType("resource");
    return entries.map(({ name }) => new URL(name).pathname);
  });
  const scripts = loaded.filter((path) => path.endsWith(".js"));
  expect(scripts.filter((path) => path.startsWith("/static/js/")).length).toBeGreaterThan(10);
  expect(scripts.filter((path) => path.includes("/members/"))).toEqual([]);
});
