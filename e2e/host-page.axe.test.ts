import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ready, request, useHostPage } from "./web-fixture/host-page.ts";

const { address, newPage, open } = useHostPage({ bypassCSP: true });
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

async function expectClean(page: Page): Promise<void> {
  await page.addScriptTag({ path: axe });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: { run: (o: object) => Promise<AxeResults> } }).axe.run({
        iframes: false,
      }),
    );
    expect(
      violations.map(({ id, nodes }) => ({
        id,
        colorScheme,
        nodes: nodes.map((node) => node.html),
      })),
    ).toEqual([]);
  }
}

test.each([
  ["/", "Run the example"],
  ["/how-it-works", "Portafilter"],
  ["/nothing/here", "Go to the start page"],
  ["/snippet/streamlit/v1#c=%", "Go to the start page"],
])("%s", async (path, name) => {
  const page = await newPage();
  await page.goto(`${address()}${path}`);
  await page.getByRole("link", { name }).waitFor();
  await expectClean(page);
});

test("an app that is loading", async () => {
  const { page } = await open();
  await expectClean(page);
});

test("the dialog with a reason and another one waiting", async () => {
  const { page, say, dialog } = await open();
  await say(ready);
  await say(request("1", "KEY", "# Why\n\nGo [there](https://example.org/).\n\n- a\n- b"));
  await say(request("2", "OTHER"));
  await dialog("KEY").waitFor();
  await expectClean(page);
});

test("H5: at 400 % in forced colours, everything is told and answered by the keyboard alone", async () => {
  const { page, say, dialog, button, armed, receives } = await open();
  // A window of 1280 by 1024, enlarged so far.
  await page.setViewportSize({ width: 320, height: 256 });
  await page.emulateMedia({ forcedColors: "active" });
  await say(request("1", "KEY", "Go [there](https://example.org/)."));
  await dialog("KEY").waitFor();
  await expectClean(page);
  const told = await dialog("KEY").ariaSnapshot();
  for (const fact of [
    /heading "KEY"/,
    /An app from a link asks for this secret/,
    /The author's reason/,
    /Kept in this tab only/,
    /can read this value and send it anywhere/,
    /textbox "Secret value"/,
  ])
    expect(told).toMatch(fact);
  await page.keyboard.type("v");
  await armed();
  const isFocused = (name: string) =>
    button(name).evaluate((one) => one === document.activeElement);
  for (let i = 0; i < 10 && !(await isFocused("Deny")); i++) {
    await page.keyboard.press("Tab");
    expect(await isFocused("Add and allow")).toBe(false);
  }
  expect(await isFocused("Deny")).toBe(true);
  await page.keyboard.press("Tab");
  expect(await isFocused("Add and allow")).toBe(true);
  await page.keyboard.press("Enter");
  await receives("secret.value");
});

test("an app with its console open and a denied secret", async () => {
  const { page, say, button } = await open();
  await say(ready);
  for (const stream of ["stdout", "stderr", "system"])
    await say({ type: "app.console", stream, text: "hello\n" });
  await say(request("1", "KEY"));
  await button("Deny").click();
  await button("Console").click();
  await expectClean(page);
});

test("an app that failed", async () => {
  const { page, say, button } = await open();
  await say({ type: "app.failed", phase: "starting", message: "Traceback" });
  await button("Retry").waitFor();
  await expectClean(page);
});
