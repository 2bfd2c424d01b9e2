import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { almostArmed, stopClock } from "../harness/clock.ts";
import { useEvilSite } from "../harness/evil.ts";
import { openHostile, request } from "../harness/hostile.ts";
import { dialog } from "../harness/snippet.ts";

const { page: newPage } = useChromium({ reducedMotion: "reduce" });
const evil = useEvilSite();

test("attack C3: clicks that were meant for the app do not confirm a dialog that comes under them", async () => {
  const page = await newPage();
  await page.clock.install();
  const { say, received, stealPort, inApp } = await openHostile(page);
  await stealPort();
  await inApp("document.body.append('bait')");
  // Where the button will be is what an attacker measures first.
  await say(request("measure", "KEY"));
  const asked = dialog(page, "KEY");
  const button = asked.getByRole("button", { name: "Add and allow" });
  const { x, y, width, height } = (await button.boundingBox()) ?? expect.fail("no button");
  const at = [x + width / 2, y + height / 2] as const;
  await asked.getByRole("button", { name: "Deny" }).click();
  await page.getByRole("button", { name: "Ask me again" }).click();
  await page.getByRole("button", { name: "Close this notice" }).click();

  // A press on the app, the dialog appears, the release and a second click land on the button.
  await stopClock(page);
  await page.mouse.move(...at);
  await page.mouse.down();
  await say(request("double", "KEY"));
  await asked.waitFor();
  // On a busy machine the press gives the app's frame the focus only now.
  await inApp("window.focus()");
  await page.mouse.up();
  await page.clock.runFor(almostArmed);
  await page.mouse.dblclick(...at);
  await asked.getByText("Ready in a moment.").waitFor();
  expect(await asked.count()).toBe(1);
  expect(await button.boundingBox()).toEqual({ x, y, width, height });
  await page.clock.resume();

  // Nor does a press that began on the app count once the button is armed.
  await say({ v: 1, type: "secret.cancel", id: "double" });
  await asked.waitFor({ state: "detached" });
  await page.mouse.down();
  await say(request("held", "KEY"));
  await asked.getByLabel("Secret value", { exact: true }).evaluate((field) => {
    (field as HTMLInputElement).value = "typed before";
  });
  await expect.poll(() => button.getAttribute("aria-disabled")).toBe("false");
  await page.mouse.up();
  expect(await asked.count()).toBe(1);
  expect((await received()).filter(({ type }) => type === "secret.value")).toEqual([]);
});

test("attack C3: a site that opens the platform in a window keeps no hold of it", async () => {
  const page = await newPage();
  evil().serve(`<button onclick="opened = window.open('${address()}/')">Play</button>`);
  await page.goto(evil().address);
  const opening = page.context().waitForEvent("page");
  await page.getByRole("button", { name: "Play" }).click();
  const popup = await opening;
  await popup.getByRole("link", { name: "Run the example" }).waitFor();
  expect(await popup.evaluate(() => opener as unknown)).toBeNull();
  await expect.poll(() => page.evaluate("opened.closed")).toBe(true);
});
