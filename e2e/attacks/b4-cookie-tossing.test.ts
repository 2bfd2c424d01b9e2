import type { BrowserContext, Page } from "playwright-core";
import { expect, test } from "vitest";
import { accountMenu, signIn, signUp, someone } from "../account/people.ts";
import { address, useChromium } from "../harness/chromium.ts";
import { useEvilSite } from "../harness/evil.ts";
import { type HostileApp, openHostile } from "../harness/hostile.ts";

const { context } = useChromium();
const evil = useEvilSite();

/** Who the platform takes the visitor for, and with which status it says so. */
const session = (page: Page) =>
  page.evaluate(async () => {
    const answer = await fetch("/api/v1/session");
    const { user } = (await answer.json()) as { user: { email: string } | null };
    return { status: answer.status, email: user?.email ?? null };
  });

const domain = () => new URL(address()).hostname;

test("attack B4: cookies of our names that an app sets for the whole site are not taken for ours", async () => {
  const here = await context();
  const own = await here.newPage();
  const who = someone();
  await signUp(own, who);
  const host = await openHostile(await here.newPage());
  const names = [
    "__Host-portafilter.session",
    "__host-portafilter.session",
    "__HOST-portafilter.session",
    "__Secure-portafilter.session",
    "portafilter.session",
    "better-auth.session_token",
    "",
  ];
  for (const name of names)
    for (const value of ["tossed", "__Host-portafilter.session=tossed"])
      await host.inApp(
        `document.cookie = ${JSON.stringify(`${name}=${value}; Domain=${domain()}; Path=/; Secure`)}`,
      );
  // Some are set: the sites are one, in development. None of them bears a name of ours.
  const tossed = (await here.cookies(address())).filter(({ value }) => value.includes("tossed"));
  expect(tossed.length).toBeGreaterThan(0);
  expect(tossed.filter(({ name }) => name.toLowerCase().startsWith("__host-"))).toEqual([]);
  expect(await session(own)).toEqual({ status: 200, email: who.email });
  await own.reload();
  await accountMenu(own).waitFor();
});

/** Has the app set so many cookies for the whole site, each of 3,000 characters, and waits until they are there. */
async function flood(app: HostileApp, cookies: number, path = "/"): Promise<void> {
  const has = async () => (await app.page.context().cookies(`${address()}${path}`)).length;
  const before = await has();
  await app.inApp(`for (let n = 0; n < ${cookies}; n++)
    document.cookie = "tossed" + n + "=" + "x".repeat(3000) + "; Domain=${domain()}; Path=${path}; Secure"`);
  // They become known to the browser one by one.
  await expect.poll(has).toBeGreaterThan(before + Math.min(cookies, 100) - 1);
}

/** The cookies of ours that a browser has, by name. */
const ours = async (here: BrowserContext) =>
  (await here.cookies(address()))
    .filter(({ name }) => name.startsWith("__Host-portafilter."))
    .map(({ name, value }) => `${name}=${value}`)
    .toSorted();

test("attack B4: so many cookies that no request fits cost a reload, and nobody is signed out", async () => {
  const here = await context();
  const own = await here.newPage();
  const who = someone();
  await signUp(own, who);
  const before = await ours(here);
  expect(before).toHaveLength(2);
  await own.goto("about:blank");
  await flood(await openHostile(await here.newPage()), 120);
  const answer = await own.goto(address());
  expect(answer?.status()).toBe(431);
  await own.getByText("Reload the page to try again.").waitFor();
  // What was refused took the cookies of the app away, and ours are as they were.
  await own.reload();
  await accountMenu(own).waitFor();
  expect(await session(own)).toEqual({ status: 200, email: who.email });
  expect(await here.cookies(address())).toHaveLength(2);
  expect(await ours(here)).toEqual(before);
});

test("attack B4: cookies for one address of ours alone cost nothing but a moment", async () => {
  const here = await context();
  const own = await here.newPage();
  const who = someone();
  await signUp(own, who);
  const before = await ours(here);
  const page = `${address()}/how-it-works#kept`;
  await own.goto(page);
  for (const path of ["/api/v1", "/how-it-works"]) {
    const app = await openHostile(await here.newPage());
    await flood(app, 10, path);
    // The page around it, too, asks the API now and then.
    await app.page.close();
    await own.reload();
    if (path === "/how-it-works") await own.reload();
    await expect.poll(async () => (await here.cookies(`${address()}${path}`)).length).toBe(2);
    await accountMenu(own).waitFor();
    expect(own.url()).toBe(page);
    expect(await session(own)).toEqual({ status: 200, email: who.email });
  }
  expect(await ours(here)).toEqual(before);
});

test("attack B4: nor do cookies for the files of the page, which then cannot start by itself", async () => {
  const here = await context();
  const own = await here.newPage();
  const tossed = { domain: `.${domain()}`, path: "/assets", value: "x".repeat(3000) };
  await here.addCookies(Array.from({ length: 10 }, (_, n) => ({ ...tossed, name: `tossed${n}` })));
  await own.goto(address());
  await own.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  expect(await here.cookies(`${address()}/assets`)).toEqual([]);
});

test("attack B4: as many cookies as a browser keeps cost the visitor one reload and one sign-in", async () => {
  const here = await context();
  const own = await here.newPage();
  const who = someone();
  await signUp(own, who);
  await flood(await openHostile(await here.newPage()), 180);
  expect((await own.goto(address()))?.status()).toBe(431);
  await own.reload();
  // The browser itself has dropped older cookies for newer ones, ours among them.
  await own.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  expect(await session(own)).toEqual({ status: 200, email: null });
  await signIn(own, who);
  expect(await session(own)).toEqual({ status: 200, email: who.email });
});

test("attack D6: a long link of another site neither signs out nor makes the device unknown", async () => {
  const here = await context();
  const own = await here.newPage();
  const who = someone();
  await signUp(own, who);
  const before = await ours(here);
  // Cookies that belong to others on this site are none of its business.
  await own.evaluate(`document.cookie = "another=one; Domain=${domain()}; Path=/"`);
  const long = `${address()}/${"x".repeat(20_000)}`;
  evil().serve(`<!doctype html><img src="${long}"><a href="${long}">A link</a>
    <script>fetch("${long}", { mode: "no-cors", credentials: "include" });
    new WebSocket("${address().replace("http", "ws")}/", ["${"x".repeat(20_000)}"]);</script>`);
  const foreign = await here.newPage();
  const refused = ["image", "fetch"].map((type) =>
    foreign.waitForEvent("requestfailed", (request) => request.resourceType() === type),
  );
  await foreign.goto(evil().address);
  for (const request of await Promise.all(refused)) expect(request.url()).toBe(long);
  const [followed] = await Promise.all([
    foreign.waitForResponse((response) => response.request().isNavigationRequest()),
    foreign.getByRole("link", { name: "A link" }).click(),
  ]);
  expect(followed.status()).toBe(431);
  await foreign.getByText("too long").waitFor();
  expect((await here.cookies(address())).map(({ name }) => name)).toContain("another");
  expect(await ours(here)).toEqual(before);
  await own.reload();
  await accountMenu(own).waitFor();
});
