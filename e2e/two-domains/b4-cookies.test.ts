import { expect, test } from "vitest";
import { accountMenu, signUp, someone } from "../account/people.ts";
import { hostile, openHostile } from "../harness/hostile.ts";
import { address, appOrigin, layout } from "../harness/layout.ts";
import { openProfile, settings } from "../harness/profile.ts";
import { app, snippet } from "../harness/snippet.ts";

/** What frames of another site need to say; not for private windows, which keep none of these. */
const attributes = "Path=/; Secure; SameSite=None";

/** Somebody who is signed in, and a hostile app in another tab of theirs. */
async function victim() {
  const here = await openProfile(settings.allowThirdPartyCookies);
  const own = await here.newPage();
  await signUp(own, someone());
  const host = await openHostile(await here.newPage());
  const namesAt = async (origin: string) => (await here.cookies(origin)).map(({ name }) => name);
  return { own, host, namesAt };
}

test("attack B4: an app of another site than the platform sets it no cookie at all", async () => {
  const { own, host, namesAt } = await victim();
  const before = await namesAt(address());
  for (const domain of [new URL(address()).hostname, layout().appsHost])
    for (const name of ["__Secure-portafilter.session", "portafilter.session", "tossed", ""])
      await host.inApp(`document.cookie = "${name}=tossed; Domain=${domain}; ${attributes}"`);
  // Other apps get them, until the apps' domain is a public suffix.
  await expect.poll(() => namesAt(appOrigin("another"))).toContain("tossed");
  expect(await namesAt(address())).toEqual(before);
  await own.reload();
  await accountMenu(own).waitFor();
});

test("attack B4: as many cookies as a browser keeps for all apps cost another one a reload", async () => {
  const { own, host, namesAt } = await victim();
  await host.inApp(`for (let n = 0; n < 180; n++)
    document.cookie = "tossed" + n + "=" + "x".repeat(3000) + "; Domain=${layout().appsHost}; ${attributes}"`);
  await expect.poll(async () => (await namesAt(appOrigin("another"))).length).toBeGreaterThan(100);
  const refused = own.waitForResponse((answer) => answer.status() === 431);
  await own.goto(snippet(hostile("# another app")));
  await refused;
  // The page that refuses runs in the app's frame, and takes away what its scripts see.
  await expect.poll(async () => (await namesAt(appOrigin("another"))).length).toBeLessThan(2);
  await own.reload();
  await app(own).getByText("hostile").waitFor();
  await accountMenu(own).waitFor();
});
