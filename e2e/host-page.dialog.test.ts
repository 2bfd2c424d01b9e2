import { expect, test } from "vitest";
import { almostArmed, stopClock } from "./harness/clock.ts";
import { type HostPage, ready, request, useHostPage } from "./web-fixture/host-page.ts";

const { newPage, open } = useHostPage({ reducedMotion: "reduce" });
const canary = "canary-91ce";

/** A host page whose clock can be stopped. */
async function openWithClock() {
  const page = await newPage();
  await page.clock.install();
  return open(page);
}

test("attack H1: nothing is confirmed before a second has passed, by click or by key", async () => {
  const host = await openWithClock();
  await stopClock(host.page);
  await host.say(request("1", "KEY"));
  await host.dialog("KEY").waitFor();
  await host.field.fill(canary);
  await host.page.clock.runFor(almostArmed);
  await host.button("Add and allow").click({ force: true });
  await host.field.press("Enter");
  await host.page.getByText("Ready in a moment.").waitFor();
  expect(await host.dialog("KEY").count()).toBe(1);
  await host.page.clock.resume();
  await host.armed();
  await host.field.press("Enter");
  expect(await host.receives("secret.value")).toMatchObject({ value: canary });
});

test("attack H1: a script's click confirms nothing", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await host.field.fill(canary);
  await host.armed();
  await host.page.evaluate(() => {
    for (const button of document.querySelectorAll<HTMLElement>("dialog button")) {
      if (button.textContent !== "Deny") button.click();
    }
    document.querySelector("form")?.requestSubmit();
  });
  await host.page.waitForTimeout(200);
  expect((await host.received()).length).toBe(1);
});

test("attack H1: a key that is held confirms nothing", async () => {
  const host = await openWithClock();
  await stopClock(host.page);
  await host.say(request("1", "KEY"));
  await host.field.fill(canary);
  await host.page.keyboard.down("Enter");
  await host.page.clock.resume();
  await host.armed();
  for (let i = 0; i < 5; i++) await host.page.keyboard.down("Enter");
  await host.page.waitForTimeout(200);
  expect((await host.received()).length).toBe(1);
  // Its release begins the wait again, as its press did.
  await host.page.keyboard.up("Enter");
  await host.armed();
  await host.page.keyboard.press("Enter");
  await host.receives("secret.value");
});

test("attack A5: a page that is kept busy arms nothing that it has not painted", async () => {
  const host = await open();
  await host.say(request("1", "KEY"));
  await host.field.fill(canary);
  const isDisabled = await host.button("Add and allow").evaluate(async (button) => {
    dispatchEvent(new Event("resize"));
    const end = performance.now() + 1_500;
    while (performance.now() < end);
    // Timers that were due meanwhile fire now, and a few frames are painted.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return button.ariaDisabled;
  });
  expect(isDisabled).toBe("true");
  await host.armed();
});

test("attack C4: changing the window's size begins the wait again", async () => {
  const host = await openWithClock();
  await host.say(request("1", "KEY"));
  await host.field.fill(canary);
  await host.armed();
  await stopClock(host.page);
  await host.page.setViewportSize({ width: 700, height: 600 });
  const disabled = () => host.button("Add and allow").getAttribute("aria-disabled");
  await expect.poll(disabled).toBe("true");
  await host.page.clock.runFor(almostArmed);
  expect(await disabled()).toBe("true");
  await host.page.clock.resume();
  await host.armed();
});

/** Every way in which a frame can ask for the keyboard, and a record of the keys that it got. */
const grab = `
  var keys = "";
  addEventListener("keydown", (event) => { keys += event.key; }, true);
  var grab = () => { window.focus(); document.querySelector("input")?.focus(); };
`;

test("attack H2: an app that takes the keyboard once loses it at once, and the visitor is told", async () => {
  const host = await open();
  await host.say(ready);
  const app = host.page.frameLocator('iframe[title="App"]').locator("html");
  await app.evaluate((_, script) => (0, eval)(script) as unknown, grab);
  await host.say(request("1", "KEY"));
  await host.armed();
  await host.page.keyboard.type("first", { delay: 20 });
  await app.evaluate(() => {
    (globalThis as unknown as { grab: () => void }).grab();
  });
  await host.page.getByText("The app took the keyboard for a moment.").waitFor();
  // The browser takes a moment to send keys elsewhere; one pressed in it reaches nobody.
  await host.field.evaluate((field) => {
    field.addEventListener("keydown", () => (field.dataset.heard = "yes"), { once: true });
  });
  await expect
    .poll(async () => {
      await host.page.keyboard.press("Shift");
      return host.field.getAttribute("data-heard");
    })
    .toBe("yes");
  await host.page.keyboard.type("second", { delay: 20 });
  expect(await host.field.inputValue()).toBe("firstsecond");
  expect(await app.evaluate(() => (globalThis as unknown as { keys: string }).keys)).toBe("");
});

test.each(["App", "Runtime"])(
  "attack H2: an app whose %s frame keeps taking the keyboard is stopped before a value is typed",
  async (title) => {
    const host = await open();
    await host.say(ready);
    await host.page.frameLocator('iframe[title="App"]').getByLabel("Where to?").click();
    const frame = host.page.frameLocator(`iframe[title="${title}"]`).locator("html");
    await frame.evaluate(
      (_, script) => (0, eval)(script) as unknown,
      `${grab} setInterval(grab, 1)`,
    );
    await host.say(request("1", "KEY"));
    await host.page.getByText("It kept taking the keyboard away from the dialog").waitFor();
    expect(await host.page.locator("iframe").count()).toBe(0);
    expect(await host.page.getByRole("dialog").count()).toBe(0);
  },
);

test("the focus goes back to where it was", async () => {
  const host = await open();
  await host.say(ready);
  await host.button("Console").focus();
  await host.say(request("1", "KEY"));
  await expect.poll(() => host.field.evaluate((e) => e === document.activeElement)).toBe(true);
  await host.page.keyboard.press("Escape");
  await host.dialog("KEY").waitFor({ state: "detached" });
  expect(await host.button("Console").evaluate((e) => e === document.activeElement)).toBe(true);
});

test("what is behind the dialog cannot be reached, and a second request waits its turn", async () => {
  const host = await open();
  await host.say(request("1", "FIRST"));
  await host.say(request("2", "SECOND"));
  await host.page.getByText("1 of 2").waitFor();
  for (let i = 0; i < 12; i++) {
    await host.page.keyboard.press("Tab");
    expect(
      await host.page.evaluate(
        () =>
          document.activeElement === document.body ||
          document.activeElement?.closest("dialog") !== null,
      ),
    ).toBe(true);
  }
  await host.dialog("FIRST").getByRole("button", { name: "Deny" }).click();
  await host.dialog("SECOND").waitFor();
});

test("the dialog stands over the edge between our bar and the app", async () => {
  const host = await open();
  await host.say(ready);
  await host.say(request("1", "KEY"));
  const dialog = await host.dialog("KEY").boundingBox();
  const app = await host.page.locator('iframe[title="App"]').boundingBox();
  expect(dialog?.y).toBeLessThan(app?.y ?? 0);
  expect((dialog?.y ?? 0) + (dialog?.height ?? 0)).toBeGreaterThan(app?.y ?? 0);
  expect(dialog?.width).toBe(480);
  // Both name the app as lists of grants do.
  const name = await host.page.locator("h1").innerText();
  expect(name).toMatch(/^Snippet s[a-z2-7]{11}…$/);
  expect(await host.dialog("KEY").innerText()).toContain(name);
});

/** Whether the whole element is in the window, and nothing lies over it. */
function isUncovered(element: Element): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [
    [left + 2, top + 2],
    [right - 2, bottom - 2],
  ].every(([x = -1, y = -1]) => element.contains(document.elementFromPoint(x, y)));
}

/** What a visitor has to see before they answer, and whether it can be seen. */
async function inSight(host: HostPage): Promise<Record<string, boolean>> {
  const dialog = host.page.getByRole("dialog");
  const parts = {
    name: dialog.getByRole("heading"),
    asker: dialog.getByText("asks for this secret."),
    Deny: host.button("Deny"),
    confirm: dialog.getByRole("button", { name: /llow$/ }),
  };
  const seen: Record<string, boolean> = {};
  for (const [part, element] of Object.entries(parts))
    seen[part] = await element.evaluate(isUncovered);
  return seen;
}

test.each([
  [390, 780],
  [390, 600],
  [640, 360],
  [320, 568],
])("at %i by %i everything in it can be reached and nothing is cut off", async (width, height) => {
  const host = await open();
  await host.page.setViewportSize({ width, height });
  await host.say(
    request(
      "1",
      "A".repeat(128),
      `${"long ".repeat(200)}\n\n[x](https://${"a".repeat(60)}.example.org/)`,
    ),
  );
  const dialog = host.page.getByRole("dialog");
  await dialog.waitFor();
  const box = await dialog.boundingBox();
  expect(box?.width).toBe(width < 560 ? width : 480);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
  // What answers is in sight at once, and when it is armed.
  await host.armed();
  for (const name of ["Deny", "Add and allow"])
    expect(await host.button(name).evaluate(isUncovered), name).toBe(true);
  expect(await host.field.evaluate(isUncovered)).toBe(true);
  for (const name of ["Deny", "Add and allow", "Show value"]) {
    await host.button(name).scrollIntoViewIfNeeded();
    const button = await host.button(name).boundingBox();
    expect(button?.x).toBeGreaterThanOrEqual(0);
    expect((button?.x ?? 0) + (button?.width ?? 0)).toBeLessThanOrEqual(width);
  }
  expect(await dialog.evaluate((e) => e.scrollWidth <= e.clientWidth)).toBe(true);
});

const everything = { name: true, asker: true, Deny: true, confirm: true };

test.each([
  ["KEY", 320, 256, true],
  ["KEY", 281, 201, true],
  ["A".repeat(128), 640, 360, true],
  ["A".repeat(128), 320, 256, true],
  ["A".repeat(128), 281, 201, false],
  ["KEY", 281, 120, false],
])(
  "attack C4: %s at %i by %i shows who asks, or does not arm",
  async (name, width, height, fits) => {
    const host = await open();
    await host.page.setViewportSize({ width, height });
    await host.say(request("1", name, "long ".repeat(200)));
    const tooSmall = host.page.getByText("Make this window larger to answer.");
    if (fits) {
      await host.armed();
      expect(await inSight(host)).toEqual(everything);
      // Nor does it go out of sight when the rest is read.
      for (const place of [10_000, 0]) {
        await host.page.getByRole("dialog").evaluate((dialog, top) => {
          dialog.scrollTop = top;
        }, place);
        expect(await inSight(host)).toEqual(everything);
      }
      return;
    }
    await tooSmall.waitFor();
    expect(await inSight(host)).not.toEqual(everything);
    await host.page.setViewportSize({ width: 800, height: 600 });
    await host.armed();
    await host.page.setViewportSize({ width, height });
    await tooSmall.waitFor();
  },
);
