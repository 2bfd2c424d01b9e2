import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { accountMenu, signIn, signUp, someone } from "../account/people.ts";
import { address, useChromium } from "../harness/chromium.ts";
import { openHostile } from "../harness/hostile.ts";

const { context } = useChromium();

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

test("attack B4: as many cookies as a browser keeps cost the visitor one reload and one sign-in", async () => {
  const here = await context();
  const own = await here.newPage();
  const who = someone();
  await signUp(own, who);
  const host = await openHostile(await here.newPage());
  await host.inApp(`for (let n = 0; n < 180; n++)
    document.cookie = "tossed" + n + "=" + "x".repeat(3000) + "; Domain=${domain()}; Path=/; Secure"`);
  // They become known to the browser one by one.
  await expect.poll(async () => (await here.cookies(address())).length).toBeGreaterThan(100);

  const answer = await own.goto(address());
  expect(answer?.status()).toBe(431);
  await own.getByText("Reload the page to try again.").waitFor();
  // What was refused took the cookies away.
  await own.reload();
  await own.getByRole("link", { name: "Sign in", exact: true }).waitFor();
  expect(await session(own)).toEqual({ status: 200, email: null });
  await signIn(own, who);
  expect(await session(own)).toEqual({ status: 200, email: who.email });
});
