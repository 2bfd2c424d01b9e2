import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { openHostile } from "../harness/hostile.ts";
import { example, snippet } from "../harness/snippet.ts";

const { page: newPage } = useChromium();
const evil = useEvilSite();

/** Pages, errors and answers for programs: none of them may be put under somebody's pointer. */
const places = () => [
  "/",
  "/how-it-works",
  snippet(example("secret")).slice(address().length),
  "/snippet/streamlit/v1#c=broken",
  "/embed",
  "/settings/secrets",
  "/nothing/at/all",
  "/healthz",
  "/api/nothing",
  "/assets/nothing.js",
  "/icon.svg",
];

test("attack C1: no page of the platform shows in a frame of another site", async () => {
  const page = await newPage();
  const refused = new Set<string>();
  page.on("console", (message) => {
    if (message.text().includes("frame-ancestors")) refused.add(message.text());
  });
  const frames = places().map((place) => `<iframe src="${address()}${place}"></iframe>`);
  evil().serve(`<!doctype html><h1>Win a prize</h1>${frames.join("")}
    <object data="${address()}/"></object><embed src="${address()}/">`);
  await page.goto(evil().address);
  // An `object` that may not show its address shows nothing, without a frame of its own.
  const shown = () =>
    page
      .frames()
      .slice(1, 1 + places().length)
      .map((frame) => frame.url());
  await expect.poll(shown).toEqual(places().map(() => "chrome-error://chromewebdata/"));
  expect(page.frames().filter((frame) => frame.url().startsWith(address()))).toEqual([]);
  expect(refused.size).toBeGreaterThan(0);
});

test("attack C1: nor in a frame of an app, which is of the same site in development", async () => {
  const { page, inApp } = await openHostile(await newPage());
  await inApp(`document.body.append(Object.assign(document.createElement("iframe"),
    { name: "inner", src: "${address()}/" }))`);
  await expect
    .poll(() =>
      page
        .frames()
        .find((frame) => frame.name() === "inner")
        ?.url(),
    )
    .toBe("chrome-error://chromewebdata/");
});
