import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { almostArmed, stopClock } from "../harness/clock.ts";
import { app, dialog, example, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium({ reducedMotion: "reduce" });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const reason = `First paragraph &amp; more, with *emphasis*, **strength** and \`code\`.

- a list
- of two

[The docs](https://docs.example.org/keys?a=1&amp;b=2) ![a picture](https://example.org/p.png) <b>html</b>
[bad](javascript:alert(1)) [worse](data:text/html,x)`;

const program = `
import streamlit as st, pycafe
st.write("first", pycafe.get_secret("FIRST_KEY", reason="""${reason}"""))
st.write("second", pycafe.get_secret("SECOND_KEY"))
`;

test("the dialog and its parts have the names that people and their tools go by", async () => {
  const page = await newPage();
  await page.goto(snippet(program));
  const asked = dialog(page, "FIRST_KEY");
  await asked.waitFor();
  const frame = page.getByTitle("App", { exact: true });
  expect(await frame.evaluate((element) => element.tagName)).toBe("IFRAME");

  const field = asked.getByLabel("Secret value", { exact: true });
  expect(await field.getAttribute("type")).toBe("password");
  expect(await field.getAttribute("autocomplete")).toBe("new-password");
  await field.fill("seen");
  await asked.getByRole("button", { name: "Show value" }).click();
  expect(await field.getAttribute("type")).toBe("text");
  await asked.getByRole("button", { name: "Hide value" }).click();
  expect(await field.getAttribute("type")).toBe("password");
  expect(await field.inputValue()).toBe("seen");
  expect(await asked.getByRole("button").allInnerTexts()).toEqual(["", "Deny", "Add and allow"]);
});

test("the reason is Markdown: quiet elements are rendered, nothing else is, a link names its host", async () => {
  const page = await newPage();
  await page.goto(snippet(program));
  const shown = dialog(page, "FIRST_KEY").getByRole("region", { name: "The author's reason:" });
  await shown.getByText("First paragraph & more").waitFor();
  expect(await shown.getByRole("emphasis").innerText()).toBe("emphasis");
  expect(await shown.getByRole("strong").innerText()).toBe("strength");
  expect(await shown.getByRole("code").innerText()).toBe("code");
  expect(await shown.getByRole("listitem").allInnerTexts()).toEqual(["a list", "of two"]);
  const links = shown.getByRole("link");
  expect(await links.count()).toBe(1);
  expect(await links.innerText()).toMatch(/^The docs\s*↗\s*docs\.example\.org$/);
  expect(await links.getAttribute("href")).toBe("https://docs.example.org/keys?a=1&b=2");
  expect(await links.getAttribute("rel")).toBe("noopener noreferrer");
  expect(await shown.locator("img, b, script").count()).toBe(0);
  expect(await shown.innerText()).toContain("<b>html</b>");
});

test("with the keyboard alone: into the dialog, through it, Enter once it is armed, and out again", async () => {
  const page = await newPage();
  await page.clock.install();
  // It asks when the test says, so that the clock stands when the dialog comes.
  await page.goto(snippet(`import streamlit as st\nst.button("Ask") or st.stop()\n${program}`));
  await app(page).getByRole("button", { name: "Ask" }).waitFor();
  await stopClock(page);
  await app(page).getByRole("button", { name: "Ask" }).press("Enter");
  const asked = dialog(page, "FIRST_KEY");
  // The app needs a little time to ask.
  const focusedSoon = () => page.clock.runFor(10).then(() => focused(page));
  await expect.poll(focusedSoon).toBe("Secret value");
  await page.keyboard.type("typed");
  await page.clock.runFor(almostArmed);
  await page.keyboard.press("Enter");
  await asked.getByText("Ready in a moment.").waitFor();
  expect(await asked.count()).toBe(1);
  const order: string[] = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }
  expect(order).toEqual(["Show value", "Sign in", "Deny", "Add and allow"]);
  for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+Tab");
  expect(await focused(page)).toBe("Secret value");
  await page.clock.resume();
  await asked.getByRole("button", { name: "Add and allow", disabled: false }).waitFor();
  await page.keyboard.press("Enter");

  await expect
    .poll(() => page.getByRole("dialog").getByRole("heading").innerText())
    .toBe("SECOND_KEY");
  await expect.poll(() => focused(page)).toBe("Secret value");
  await page.keyboard.press("Escape");
  await app(page).getByText("first typed").waitFor();
  await app(page).getByText("SecretDenied").first().waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("a value that the tab has is allowed to another app, or another one is given", async () => {
  const page = await newPage();
  await page.goto(snippet(example("secret")));
  const asked = dialog(page, "SUPER_SECRET_API_KEY");
  await asked.getByLabel("Secret value", { exact: true }).fill("of the first app");
  await asked.getByRole("button", { name: "Add and allow" }).click();
  await app(page).getByText("of the first app").waitFor();

  await page.goto(snippet(`${example("secret")}# another app`));
  await asked.waitFor();
  const buttons = asked.getByRole("button");
  expect(await buttons.allInnerTexts()).toEqual(["Deny", "Use another value", "Allow"]);
  expect(await asked.getByLabel("Secret value").count()).toBe(0);
  await expectAccessible(page);
  await asked.getByRole("button", { name: "Allow", exact: true }).click();
  await app(page).getByText("of the first app").waitFor();

  await page.goto(snippet(`${example("secret")}# a third app`));
  await asked.getByRole("button", { name: "Use another value" }).click();
  await asked.getByLabel("Secret value", { exact: true }).fill("of the third app");
  await asked.getByRole("button", { name: "Add and allow" }).click();
  await app(page).getByText("of the third app").waitFor();
});

test("it fits a phone, in light and in dark, and axe finds nothing", async () => {
  const page = await newPage();
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto(snippet(program));
  const asked = dialog(page, "FIRST_KEY");
  await asked.getByRole("link").first().waitFor();
  const backgrounds = new Set<string>();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const box = (await asked.boundingBox()) ?? expect.fail("the dialog is not shown");
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    expect(box.y + box.height).toBeLessThanOrEqual(780);
    expect(await asked.evaluate((e) => e.scrollWidth <= e.clientWidth)).toBe(true);
    backgrounds.add(await asked.evaluate((e) => getComputedStyle(e).backgroundColor));
    await expectAccessible(page);
  }
  expect(backgrounds.size).toBe(2);
});

/** Accessible name of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element instanceof HTMLInputElement) return element.labels?.[0]?.textContent ?? "";
    return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
  });
}

/** Runs axe in a world of its own, so that the page's policy stays in force. */
async function expectAccessible(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { frameTree } = await devtools.send("Page.getFrameTree");
  const { executionContextId: contextId } = await devtools.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
  });
  await devtools.send("Runtime.evaluate", { contextId, expression: axe });
  const { result } = await devtools.send("Runtime.evaluate", {
    contextId,
    expression: "axe.run({ iframes: false })",
    awaitPromise: true,
    returnByValue: true,
  });
  await devtools.detach();
  const { violations } = result.value as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}
