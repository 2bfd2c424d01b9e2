import { describe, test } from "vitest";
import { chromiumScreen } from "../harness/chromium-screen.ts";
import { useFirefox } from "../harness/firefox.ts";
import { layout } from "../harness/layout.ts";
import { useOutside } from "../harness/outside.ts";
import { openProfile, settings } from "../harness/profile.ts";
import { type Screen, shows } from "../harness/screen.ts";
import { example, snippet } from "../harness/snippet.ts";

/** The visitor reads what is the matter and what to do; it is no matter of being online. */
async function saysThatStorageIsBlocked(screen: Screen): Promise<void> {
  await screen.goto(snippet(example("secret")));
  await shows(
    screen,
    "page",
    "Your browser lets this app store nothing",
    "Allow cookies and storage for this page",
    "Secrets you allowed are still there.",
  );
}

describe("Chromium", () => {
  test("a visitor who blocks storage of the apps' site reads so", async () => {
    const context = await openProfile(settings.blockSite(layout().appsHost));
    await saysThatStorageIsBlocked(chromiumScreen(await context.newPage()));
  });
  test("so does one who blocks that of every site", async () => {
    const context = await openProfile(settings.blockEverything);
    await saysThatStorageIsBlocked(chromiumScreen(await context.newPage()));
  });
});

describe("Firefox, which blocks storage of sites in other sites", () => {
  const outside = useOutside("api.openai.com");
  const { screen } = useFirefox(outside, { "network.cookie.cookieBehavior": 1 });
  test("a visitor reads so", async () => {
    await saysThatStorageIsBlocked(await screen());
  });
});

describe("Firefox, which blocks storage of every site", () => {
  const outside = useOutside("api.openai.com");
  const { screen } = useFirefox(outside, { "network.cookie.cookieBehavior": 2 });
  test("a visitor reads so, on a page that works", async () => {
    await saysThatStorageIsBlocked(await screen());
  });
});
