import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import {
  asking,
  keptInTab,
  nextTab,
  pressUntilAsked,
  signIn,
  signInHere,
  signOut,
  signUp,
  someone,
} from "./people.ts";

const { context } = useChromium();

test("a secret typed before the sign-in moves into the account; another device has it; revoked there, this tab asks again", async () => {
  const who = someone();
  const here = await context();
  const page = await here.newPage();
  await signUp(page, who);
  await signOut(page);

  await page.goto(snippet(asking("JOURNEY_KEY")));
  await addAndAllow(page, "JOURNEY_KEY", "canary-journey");
  await app(page).getByText("value: canary-journey").waitFor();
  expect(await keptInTab(page)).toContain("canary-journey");

  const link = page.getByRole("link", { name: "Sign in", exact: true });
  const signing = await nextTab(here, () => link.click());
  await signInHere(signing, who);
  await page.getByText("JOURNEY_KEY", { exact: false }).first().waitFor();
  await expect.poll(() => keptInTab(page)).not.toContain("canary-journey");

  const there = await context();
  const other = await there.newPage();
  await signIn(other, who);
  await other.goto(snippet(asking("JOURNEY_KEY")));
  await app(other).getByText("value: canary-journey").waitFor();

  await other.goto(`${address()}/settings/secrets`);
  await other.getByRole("button", { name: "JOURNEY_KEY" }).click();
  await other.getByRole("switch").click();
  await expect.poll(() => other.getByRole("switch").isChecked()).toBe(false);

  await pressUntilAsked(page, "JOURNEY_KEY");
  const asked = dialog(page, "JOURNEY_KEY");
  await asked.getByRole("button", { name: "Allow", exact: true }).click();
  await app(page).getByText("value: canary-journey").waitFor();
});
