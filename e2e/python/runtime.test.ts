import { afterAll, describe, expect, test } from "vitest";
import { address, launchChromium } from "../harness/chromium.ts";
import { openSite } from "./site.ts";
import { startSuite } from "./suite.ts";

/**
 * The Python runtime's own suite, run by pytest in a worker of Chromium: once with stacks that can be
 * suspended, once as in a browser without. Each of pytest's tests is one here.
 */
const site = await openSite(address(), ["pytest", "anyio", "starlette", "httpx"]);
const browser = await launchChromium();
const modes = [
  { name: "stacks can be suspended", forceSync: false },
  { name: "stacks cannot be suspended", forceSync: true },
];
const suites = await Promise.all(
  modes.map(async ({ name, forceSync }) => {
    const suite = await startSuite(await browser.newPage(), site, forceSync);
    return { name, ...suite };
  }),
);

afterAll(async () => {
  await browser.close();
  site.close();
});

describe.each(suites)("$name", ({ ids, failures, ended }) => {
  test.each(ids)("%s", async (id) => {
    expect(await failures(id)).toBe("");
  });

  test("pytest is content with the whole run", async () => {
    expect(await ended).toBe(0);
  });
});
