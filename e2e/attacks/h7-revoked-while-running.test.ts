import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { signIn, signOut, signUp, someone } from "../account/people.ts";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";

const { context } = useChromium();

/** Asks in a loop within one run, as an app would that wants to go on with what it once got. */
const program = `
import streamlit as st, pycafe, time
place = st.empty()
count = 0
while True:
    try:
        value = pycafe.get_secret("H7_KEY")
    except pycafe.SecretError as error:
        place.write(type(error).__name__)
        break
    count += 1
    place.write(f"{value} {count}")
    time.sleep(0.1)
`;

const another = `
import streamlit as st, pycafe
st.write("other app: " + pycafe.get_secret("H7_KEY"))
`;

async function setSwitch(page: Page, on: boolean): Promise<void> {
  await page.goto(`${address()}/settings/secrets`);
  await page.getByRole("button", { name: "H7_KEY" }).click();
  const one = page.getByRole("switch").first();
  await one.click();
  await expect.poll(() => one.isChecked()).toBe(on);
}

test("attack H7: an app that keeps asking gets nothing more once it was revoked on another device", async () => {
  const who = someone();
  const there = await (await context()).newPage();
  await signUp(there, who);
  await there.goto(snippet(program));
  await addAndAllow(there, "H7_KEY", "canary-h7");
  await app(there).getByText("canary-h7").waitFor();

  const here = await (await context()).newPage();
  await signIn(here, who);
  await setSwitch(here, false);
  await dialog(there, "H7_KEY").waitFor();
  const last = await app(there).getByText("canary-h7").textContent();
  await dialog(there, "H7_KEY").getByRole("button", { name: "Deny", exact: true }).click();
  await app(there).getByText("SecretDenied").waitFor();
  expect(last).not.toBeNull();
  // A reload is no way around it, and allowing it again there needs no question here.
  await there.reload();
  await dialog(there, "H7_KEY").waitFor();
  await here.getByRole("switch").first().click();
  await app(there).getByText("canary-h7").waitFor();
});

test("attack H7: what one app may use, another one may not, also after a sign-out in between", async () => {
  const who = someone();
  const page = await (await context()).newPage();
  await signUp(page, who);
  await page.goto(snippet(program));
  await addAndAllow(page, "H7_KEY", "canary-h7");
  await app(page).getByText("canary-h7").waitFor();
  await signOut(page);
  // Signed out, not even the app that was allowed gets it; nor does the page know the name.
  await page.goto(snippet(program));
  await dialog(page, "H7_KEY").getByLabel("Secret value", { exact: true }).waitFor();
  await signIn(page, who);
  await page.goto(snippet(another));
  await dialog(page, "H7_KEY").getByText("Your account already has a value for it.").waitFor();
  await page.goto(snippet(program));
  await app(page).getByText("canary-h7").waitFor();
});
