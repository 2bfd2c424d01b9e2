import { expect, test } from "vitest";
import { address, useChromium } from "../harness/chromium.ts";
import { addAndAllow, app, dialog, snippet } from "../harness/snippet.ts";
import {
  asking,
  keptInTab,
  nextTab,
  signIn,
  signInHere,
  signOut,
  signUp,
  someone,
} from "./people.ts";

const { context } = useChromium();

test("a name with two values: the tab's is in use, the stored one is kept, and that is said", async () => {
  const who = someone();
  const here = await context();
  const page = await here.newPage();
  await signUp(page, who);
  await page.goto(snippet(asking("TWICE_KEY")));
  await addAndAllow(page, "TWICE_KEY", "value of the account");
  await app(page).getByText("value: value of the account").waitFor();

  // One Allow is one value given, also when the app runs again: it has the value.
  await app(page).getByRole("button", { name: "Again" }).click();
  await app(page).getByText("run 2").waitFor();
  await page.goto(`${address()}/settings/secrets`);
  await page.getByRole("listitem").filter({ hasText: "Secret added" }).waitFor();
  const given = page.getByRole("listitem").filter({ hasText: "Value given to the app" });
  expect(await given.count()).toBe(1);
  await signOut(page);

  await page.goto(snippet(asking("TWICE_KEY")));
  await addAndAllow(page, "TWICE_KEY", "value of the tab");
  await app(page).getByText("value: value of the tab").waitFor();
  await signIn(page, who);
  await page.getByText("TWICE_KEY had another value in your account").waitFor();

  await page.goto(`${address()}/settings/secrets`);
  await page.getByRole("button", { name: "TWICE_KEY" }).click();
  await page.getByText("2 versions").waitFor();
  await page.getByRole("button", { name: "Reveal the value of TWICE_KEY" }).click();
  await page.getByText("value of the tab").waitFor();
});

test("signing in from the dialog loses nothing: the question stays, and the value goes into the account", async () => {
  const who = someone();
  const here = await context();
  const page = await here.newPage();
  await signUp(page, who);
  await signOut(page);
  await page.goto(snippet(asking("DIALOG_KEY")));
  const asked = dialog(page, "DIALOG_KEY");
  await asked.getByLabel("Secret value", { exact: true }).fill("half typed");
  await asked.getByText("in this tab only").waitFor();
  const link = asked.getByRole("link", { name: /Sign in/ });
  const signing = await nextTab(here, () => link.click());
  await signInHere(signing, who);
  await page.bringToFront();
  await asked.getByText("in your account").waitFor();
  expect(await asked.getByLabel("Secret value", { exact: true }).inputValue()).toBe("half typed");
  await asked.getByRole("button", { name: "Add and allow" }).click();
  await app(page).getByText("value: half typed").waitFor();
  await expect.poll(() => keptInTab(page)).not.toContain("half typed");
});

test("a value typed in one account is not stored in that of who signed in since in another tab", async () => {
  const [ada, bob] = [someone(), someone()];
  const [here, there] = [await context(), await context()];
  const page = await here.newPage();
  await signUp(page, ada);
  await signUp(await there.newPage(), bob);
  await page.goto(snippet(asking("MEANT_KEY")));
  const asked = dialog(page, "MEANT_KEY");
  await asked.getByLabel("Secret value", { exact: true }).fill("canary-of-ada");
  // The other tab's message does not come: as if it slept, or were another window's.
  await here.addCookies(await there.cookies());
  await asked.getByRole("button", { name: "Add and allow" }).click();
  // Whoever it is now is asked anew.
  const kept = () => asked.getByLabel("Secret value", { exact: true }).inputValue();
  await expect.poll(kept).toBe("");
  await page
    .getByRole("button", { name: `Account menu, ${bob.email}` })
    .waitFor({ state: "attached" });

  const next = await here.newPage();
  await next.goto(`${address()}/settings/secrets`);
  await next.getByText("No secrets yet.").waitFor();
});

test("signing out leaves no value in the tab, its history or a page that comes back", async () => {
  const who = someone();
  const here = await context();
  const page = await here.newPage();
  await signUp(page, who);
  await page.goto(snippet(asking("LEAVING_KEY")));
  await addAndAllow(page, "LEAVING_KEY", "canary-leaving");
  await app(page).getByText("value: canary-leaving").waitFor();
  await signOut(page);
  expect(await keptInTab(page)).not.toContain("canary-leaving");
  await page.goto(snippet(asking("LEAVING_KEY")));
  await page.goto(address());
  await page.goBack();
  await dialog(page, "LEAVING_KEY").getByLabel("Secret value", { exact: true }).waitFor();
  expect(await page.content()).not.toContain("canary-leaving");
  expect(await keptInTab(page)).not.toContain("canary-leaving");
});
