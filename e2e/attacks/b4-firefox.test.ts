import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { someone } from "../account/people.ts";
import { address } from "../harness/chromium.ts";
import { useFirefox } from "../harness/firefox.ts";
import { hostile } from "../harness/hostile.ts";
import { useOutside } from "../harness/outside.ts";
import { snippet } from "../harness/snippet.ts";

const { page } = useFirefox(useOutside("nobody.example"));

/** Somebody with an account, signed in, and what Firefox keeps for the platform then. */
async function signedUp() {
  const own = await page();
  const { email, password } = someone();
  await own.goto(`${address()}/sign-up`);
  await (await own.waitForSelector("::-p-aria(Email)"))?.type(email);
  await (await own.waitForSelector("::-p-aria(Password)"))?.type(password);
  await own.click('::-p-aria(Create account[role="button"])');
  const menu = `::-p-aria(Account menu, ${email}[role="button"])`;
  const isSignedIn = async () => (await own.waitForSelector(menu)) !== null;
  await isSignedIn();
  return { own, isSignedIn, before: await ours(own) };
}

async function cookiesOf(own: Page): Promise<string[]> {
  const all = await own.browserContext().cookies();
  return all.map(({ name, value }) => `${name}=${value}`).toSorted();
}

const ours = async (own: Page) =>
  (await cookiesOf(own)).filter((cookie) => cookie.startsWith("__Host-portafilter."));

const text = (own: Page) => own.evaluate(() => document.body.innerText);

test("attack B4: in Firefox, too, so many cookies that no request fits sign nobody out", async () => {
  const { own, isSignedIn, before } = await signedUp();
  expect(before).toHaveLength(2);
  const domain = new URL(address()).hostname;
  // It would notice by itself, by what it asks now and then.
  await own.goto("about:blank");
  const app = await own.browserContext().newPage();
  await app.goto(
    snippet(
      hostile(`st.html("""<script>for (let n = 0; n < 120; n++)
    document.cookie = "tossed" + n + "=" + "x".repeat(3000) + "; Domain=${domain}; Path=/; Secure"</script>""",
    unsafe_allow_javascript=True)`),
    ),
  );
  await expect.poll(async () => (await cookiesOf(own)).length).toBe(122);
  await app.close();
  await own.goto(`${address()}/how-it-works`);
  expect(await text(own)).toContain("Reload the page to try again.");
  await own.reload();
  await isSignedIn();
  expect(await cookiesOf(own)).toEqual(before);
});

test("attack D6: in Firefox, too, a long link neither signs out nor makes the device unknown", async () => {
  const { own, isSignedIn, before } = await signedUp();
  expect((await own.goto(`${address()}/${"x".repeat(20_000)}`))?.status()).toBe(431);
  expect(await text(own)).toContain("too long");
  await own.goto(address());
  await isSignedIn();
  expect(await ours(own)).toEqual(before);
});
