import { expect, test } from "vitest";
import { stopClock } from "../harness/clock.ts";
import {
  addAndAllow,
  type HostPage,
  request,
  source,
  useHostPage,
} from "../web-fixture/host-page.ts";

const { newPage, open } = useHostPage({
  reducedMotion: "reduce",
  hasTouch: true,
  isMobile: true,
  viewport: { width: 390, height: 780 },
});

/** An app that the visitor taps on, and a secret which the tab has already from another one, or not. */
async function game(stored: boolean): Promise<HostPage> {
  const page = await newPage();
  await page.clock.install();
  if (stored) {
    const other = await open(page);
    await other.say(request("1", "KEY"));
    await addAndAllow(other, "KEY", "canary-7ac1");
    // The other app's frame is gone before this one's is asked anything.
    await page.goto("about:blank");
  }
  return open(page, `${source}# a game\n`);
}

test.each([
  [150, true],
  [300, true],
  [450, true],
  [150, false],
  [300, false],
  [450, false],
])("attack C3: taps every %i ms confirm nothing; stored: %s", async (interval, stored) => {
  const host = await game(stored);
  const confirm = host.page.getByRole("dialog").getByRole("button", { name: /llow$/ });
  // Where the button will be is what an attacker measures first.
  await host.say(request("measure", "KEY"));
  const { x, y, width, height } = (await confirm.boundingBox()) ?? expect.fail("no button");
  await host.say({ type: "secret.cancel", id: "measure" });
  await host.dialog("KEY").waitFor({ state: "detached" });

  const given = async () => (await host.received()).some(({ type }) => type === "secret.value");
  const tap = () => host.page.touchscreen.tap(x + width / 2, y + height / 2);
  await stopClock(host.page);
  await tap();
  await host.say(request("taken", "KEY"));
  await host.dialog("KEY").waitFor();
  // In the worst case the visitor had typed it all and was about to think again.
  if (!stored) await host.field.fill("canary-7ac2");
  for (let passed = 0; passed < 3_000; passed += interval) {
    await tap();
    expect(await given()).toBe(false);
    await host.page.clock.runFor(interval);
  }
  await host.page.getByText("Ready in a moment.").waitFor();
  expect(await host.dialog("KEY").count()).toBe(1);
  expect(await confirm.boundingBox()).toEqual({ x, y, width, height });

  // It was the right place: a tap after a second without one is an answer.
  await host.page.clock.runFor(1_100);
  await tap();
  await host.receives("secret.value");
});
