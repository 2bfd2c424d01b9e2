import type { FrameLocator } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { openApp } from "./open-app.ts";

const { page: newPage } = useChromium();

test("Streamlit is the index's own, file by file", async () => {
  const app = await openApp(await newPage(), "upstream");
  await app.getByText("Streamlit 1.67.0").waitFor();
  await app.getByRole("button", { name: "Compare" }).click();
  await app.getByText("More than 300 modules: True").waitFor();
  await app.getByText("Changed: []").waitFor();
});

test("the toolbar has neither a Deploy button nor the developer's menu", async () => {
  const app = await openApp(await newPage(), "text");
  await app.getByText("Boats: 7").waitFor();
  await app.getByRole("button", { name: "Main menu" }).click();
  await app.getByText("Print").waitFor();
  expect(await app.getByText(/Deploy/).count()).toBe(0);
  expect(await app.getByText(/Clear cache|Developer options/).count()).toBe(0);
});

test.each(["light", "dark"] as const)(
  "in a %s page the app is of the same theme",
  async (theme) => {
    const page = await newPage();
    await page.emulateMedia({ colorScheme: theme });
    const app = await openApp(page, "choices");
    await app.getByText("Level: 3").waitFor();
    expect(await brightness(app)).toBe(theme);
  },
);

test("the app follows when the page's theme changes, at its next run", async () => {
  const page = await newPage();
  await page.emulateMedia({ colorScheme: "light" });
  const app = await openApp(page, "choices");
  await app.getByText("Level: 3").waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  await app.getByRole("button", { name: "Greet" }).click();
  await app.getByText("Hello there").waitFor();
  await expect.poll(() => brightness(app), { timeout: 30_000 }).toBe("dark");
});

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

/** Whether the app's background is nearer to white or to black. */
function brightness(app: FrameLocator): Promise<"light" | "dark"> {
  return app.getByTestId("stApp").evaluate((element) => {
    const channels = getComputedStyle(element).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
    return channels.slice(0, 3).reduce((sum, channel) => sum + channel, 0) > 384 ? "light" : "dark";
  });
}
