import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { signUp, someone } from "../account/people.ts";
import { address, useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { watchStatuses } from "../harness/statuses.ts";

const { context } = useChromium();
const evil = useEvilSite();

const paths = [
  "/api/v1/session",
  "/api/v1/secrets",
  "/api/v1/secrets/unknown/versions",
  "/api/v1/account/devices",
  "/api/v1/audit",
  "/api/v1/events",
  "/settings/secrets",
  "/settings/account",
  "/sign-in",
  "/sign-in/done",
];

/** Everything another site's page can see of these addresses, clocks aside. */
async function observe(page: Page): Promise<unknown> {
  await page.goto(evil().address);
  return page.evaluate(
    async ({ at, all }) => {
      const seen: unknown[] = [];
      const tag = (name: string, attributes: object) =>
        new Promise<string>((resolve) => {
          const one = Object.assign(document.createElement(name), attributes);
          one.onload = () => {
            resolve("load");
          };
          one.onerror = () => {
            resolve("error");
          };
          document.head.append(one);
        });
      for (const path of all) {
        const url = at + path;
        seen.push([
          path,
          await tag("img", { src: url }),
          await tag("script", { src: url }),
          await tag("link", { rel: "stylesheet", href: url }),
          await fetch(url, { credentials: "include" }).then(
            () => "read",
            () => "refused",
          ),
          await fetch(url, { credentials: "include", mode: "no-cors" }).then(
            ({ type }) => type,
            () => "refused",
          ),
        ]);
      }
      return seen;
    },
    { at: address(), all: paths },
  );
}

/** Besides, the statuses with which pages and API answered, of which that page is told nothing. */
async function look(page: Page): Promise<{ seen: unknown; statuses: readonly string[] }> {
  const statuses = await watchStatuses(page, address());
  const seen = await observe(page);
  // What is kept from the page is told later than what the page is told.
  for (let told = -1; told !== statuses.length; ) {
    told = statuses.length;
    await page.waitForTimeout(500);
  }
  return { seen, statuses: statuses.toSorted() };
}

test("attack C5: another site's page sees the same of somebody who is signed in and of nobody", async () => {
  const [stranger, somebody] = [await context(), await context()];
  await signUp(await somebody.newPage(), someone());
  const ofNobody = await look(await stranger.newPage());
  const ofSomebody = await look(await somebody.newPage());
  expect(ofSomebody).toEqual(ofNobody);
  expect(ofNobody.statuses.length).toBeGreaterThan(0);
  const opened = ofNobody.statuses.filter((line) => line.includes(" /api/"));
  expect(opened.filter((line) => !line.startsWith("403"))).toEqual([]);
});

test("attack C5: a window that another site opens on us lets go of it, signed in or not", async () => {
  const [stranger, somebody] = [await context(), await context()];
  await signUp(await somebody.newPage(), someone());
  const views: unknown[] = [];
  for (const here of [stranger, somebody]) {
    const page = await here.newPage();
    await page.goto(evil().address);
    for (const path of ["/settings/secrets", "/sign-in"]) {
      const [popup] = await Promise.all([
        here.waitForEvent("page"),
        page.evaluate((url) => {
          Reflect.set(self, "opened", open(url));
        }, address() + path),
      ]);
      await popup.waitForURL(`${address()}/**`);
      // The opener's handle is cut: it looks closed, and tells of no frames or places.
      await expect.poll(() => page.evaluate<boolean>("opened.closed")).toBe(true);
      views.push(
        await page.evaluate(`(() => {
          const tried = (look) => { try { return String(look()); } catch (error) { return error.name; } };
          return [tried(() => opened.length), tried(() => opened.location.href), tried(() => opened.origin)];
        })()`),
      );
      expect(await popup.evaluate("opener")).toBeNull();
      await popup.close();
    }
  }
  expect(views.slice(2)).toEqual(views.slice(0, 2));
});

test("attack C5: what another site opens of the API is refused alike, without a word of the account", async () => {
  const [stranger, somebody] = [await context(), await context()];
  await signUp(await somebody.newPage(), someone());
  const answers: unknown[] = [];
  for (const here of [stranger, somebody]) {
    const page = await here.newPage();
    evil().serve(`<a href="${address()}/api/v1/secrets">on</a>`);
    await page.goto(evil().address);
    const [answer] = await Promise.all([
      page.waitForResponse(`${address()}/api/v1/secrets`),
      page.getByText("on").click(),
    ]);
    answers.push({ status: answer.status(), headers: Object.keys(answer.headers()).sort() });
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject({ status: 403 });
});
