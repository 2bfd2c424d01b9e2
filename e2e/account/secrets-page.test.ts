import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { ada, password } from "./scripted-api.ts";
import { ago } from "./scripted-secrets.ts";
import { secretsPages } from "./secrets-page.ts";

const open = secretsPages(useHostPage());
const canary = "canary-3e71";
const app = "sabcdefghijklmnopqrstuvwxyz234567";

describe("a value", () => {
  test("is not there until it is revealed, and gone when it is hidden", async () => {
    const { page, secrets, visit, expand, button } = await open();
    secrets.put("KEY", canary);
    await visit();
    await expand("KEY");
    await page.getByRole("heading", { name: "Value" }).waitFor();
    expect(secrets.calls.join()).not.toContain("reveal");
    expect(await page.content()).not.toContain(canary);
    await button("Reveal the value of KEY").focus();
    await page.keyboard.press("Enter");
    await page.getByText(canary).waitFor();
    // The keyboard stays where it was.
    await page.keyboard.press("Enter");
    await button("Reveal the value of KEY").waitFor();
    expect(await page.content()).not.toContain(canary);
  });

  test("hides by itself after 30 seconds, and when the page is left", async () => {
    const { page, secrets, visit, expand, button } = await open();
    secrets.put("KEY", canary);
    await page.clock.install();
    const now = () => page.evaluate(() => Date.now());
    await visit();
    await expand("KEY");
    const before = await now();
    await button("Reveal the value of KEY").click();
    await page.getByText(canary).waitFor();
    const after = await now();
    // The clock stands while it is looked at: the value came between the two.
    await page.clock.pauseAt(before + 29_900);
    expect(await page.content()).toContain(canary);
    await page.clock.pauseAt(after + 30_500);
    await button("Reveal the value of KEY").waitFor();
    expect(await page.content()).not.toContain(canary);
    await page.clock.resume();

    await button("Reveal the value of KEY").click();
    await page.getByText(canary).waitFor();
    const left = await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent("pagehide"));
      return document.body.textContent;
    });
    expect(left).not.toContain(canary);
  });

  test("needs the password when the sign-in is old, and comes after it", async () => {
    const { page, secrets, account, visit, expand, button } = await open({
      user: ada,
      fresh: false,
    });
    secrets.put("KEY", canary);
    await visit();
    await expand("KEY");
    await button("Reveal the value of KEY").click();
    await page.getByLabel("Password", { exact: true }).fill(password);
    expect(await page.content()).not.toContain(canary);
    await button("Confirm").click();
    await page.getByText(canary).waitFor();
    expect(account.fresh).toBe(true);
  });

  test("stays hidden when the visitor does not confirm", async () => {
    const { page, secrets, visit, expand, button } = await open({ user: ada, fresh: false });
    secrets.put("KEY", canary);
    await visit();
    await expand("KEY");
    await button("Reveal the value of KEY").click();
    await button("Cancel").click();
    await button("Reveal the value of KEY").waitFor();
    expect(await page.content()).not.toContain(canary);
  });

  test("is changed; the one before is kept, and can be restored", async () => {
    const { page, secrets, visit, expand, button, dialog, said } = await open();
    secrets.put("KEY", "value-one");
    await visit();
    await expand("KEY");
    await button("Reveal the value of KEY").click();
    await said("value-one");
    await button("Change value").click();
    await dialog.getByRole("button", { name: "Change value" }).click();
    await dialog.getByText("Enter the value first.").waitFor();
    await page.getByLabel("Secret value").fill(canary);
    await dialog.getByRole("button", { name: "Change value" }).click();
    await said("KEY has a new value.");
    await said("2 versions");
    // What was shown is not the value any more.
    await button("Reveal the value of KEY").waitFor();
    expect(await page.content()).not.toMatch(new RegExp(`value-one|${canary}`));
    await button("Show versions").click();
    await button("Restore version 1").click();
    await said("The value of version 1 of KEY is in use again.");
    await said("3 versions");
    expect(secrets.stored[0]?.values.map(({ value }) => value)).toEqual([
      "value-one",
      canary,
      "value-one",
    ]);
  });

  test("that cannot be kept stays in the field, and the reason is said", async () => {
    const { page, secrets, visit, button, dialog } = await open();
    await visit();
    secrets.refuse.set("POST secrets", "secret_unavailable");
    await button("Add secret").click();
    await page.getByLabel("Name", { exact: true }).fill("KEY");
    await page.getByLabel("Secret value").fill(canary);
    await dialog.getByRole("button", { name: "Add secret" }).click();
    await dialog.getByText("Secrets cannot be reached just now.").waitFor();
    expect(await page.getByLabel("Secret value").inputValue()).toBe(canary);
    secrets.refuse.clear();
    await dialog.getByRole("button", { name: "Add secret" }).click();
    await page.getByText("KEY is in your account.").waitFor();
    expect(secrets.stored).toMatchObject([{ name: "KEY", values: [{ value: canary }] }]);
  });
});

describe("a secret", () => {
  test("is added once: a name that exists is refused, and a bad one not sent", async () => {
    const { page, secrets, visit, button, dialog, said } = await open();
    secrets.put("KEY", "v");
    await visit();
    await button("Add secret").click();
    await page.getByLabel("Name", { exact: true }).fill("a b");
    await page.getByLabel("Secret value").fill("w");
    await dialog.getByRole("button", { name: "Add secret" }).click();
    await said("A name has letters, digits");
    await page.getByLabel("Name", { exact: true }).fill("KEY");
    await dialog.getByRole("button", { name: "Add secret" }).click();
    await said("You already have a secret with this name.");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(secrets.calls.filter((call) => call === "POST secrets")).toHaveLength(1);
  });

  test("is renamed", async () => {
    const { page, secrets, visit, expand, button, dialog, said } = await open();
    secrets.put("KEY", "v");
    await visit();
    await expand("KEY");
    await button("Rename").click();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("KEY");
    await page.getByLabel("Name", { exact: true }).fill("OTHER_KEY");
    await dialog.getByRole("button", { name: "Rename" }).click();
    await said("It is called OTHER_KEY now.");
    await button("OTHER_KEY").waitFor();
  });

  test("is deleted only after it was said what is lost", async () => {
    const { secrets, visit, expand, button, dialog, said } = await open();
    secrets.put("KEY", "v");
    await visit();
    await expand("KEY");
    await button("Delete").click();
    await dialog.getByText("all its earlier versions").waitFor();
    await button("Keep it").click();
    expect(secrets.stored).toHaveLength(1);
    await button("Delete").click();
    await button("Delete for good").click();
    await said("KEY is deleted.");
    await said("No secrets yet. Apps ask for them when they need one.");
    expect(secrets.stored).toHaveLength(0);
  });

  test("that is damaged says so, and can only be deleted", async () => {
    const { secrets, visit, expand, button, said } = await open();
    secrets.put("KEY", "v").damaged = true;
    await visit();
    await said("Damaged");
    await expand("KEY");
    await said("What is stored is not what was written");
    expect(await button("Reveal the value of KEY").count()).toBe(0);
    expect(await button("Change value").count()).toBe(0);
    await button("Delete").waitFor();
  });
});

describe("an app", () => {
  test("is revoked and allowed again with a switch, by the keyboard", async () => {
    const { page, secrets, visit, expand } = await open();
    secrets.put("KEY", "v", [app]);
    await visit();
    await expand("KEY");
    const lever = page.getByRole("switch", { name: "Allow Snippet sabcdefghijk… to use KEY" });
    await lever.focus();
    await page.keyboard.press("Space");
    await page.getByText("Not allowed. It has to ask.").waitFor();
    expect(secrets.stored[0]?.grants).toEqual([]);
    await page.getByText("No apps").waitFor();
    await lever.focus();
    await page.keyboard.press("Space");
    await page.getByText("1 app", { exact: true }).waitFor();
    expect(secrets.stored[0]?.grants).toMatchObject([{ app, until: null }]);
  });

  test("that could not be revoked stays allowed, and the reason is said", async () => {
    const { page, secrets, visit, expand, said } = await open();
    secrets.put("KEY", "v", [app]);
    secrets.refuse.set("POST grants/revoke", "database_unavailable");
    await visit();
    await expand("KEY");
    await page.getByRole("switch").click();
    await said("The database cannot be reached just now.");
    expect(await page.getByRole("switch").getAttribute("aria-checked")).toBe("true");
  });

  test("at the end of a long list is switched, and what was done is in sight there", async () => {
    const { page, secrets, visit, expand, said } = await open();
    for (let i = 10; i < 40; i++) secrets.put(`KEY_${i}`, "v", [app]);
    await visit();
    await expand("KEY_39");
    await page.getByRole("switch").click();
    await said("Snippet sabcdefghijk… may not use KEY_39 any more.");
    const seen = await page
      .getByText("may not use KEY_39 any more.")
      .evaluate((one) => [one.getBoundingClientRect(), scrollY, innerHeight] as const);
    expect(seen[1]).toBeGreaterThan(0);
    expect(seen[0].top).toBeGreaterThanOrEqual(0);
    expect(seen[0].bottom).toBeLessThanOrEqual(seen[2]);
  });

  test("that was allowed on another device appears without a reload", async () => {
    const { secrets, visit, said } = await open();
    const one = secrets.put("KEY", "v");
    await visit();
    await said("No apps");
    await secrets.listening();
    one.grants.push({
      app,
      loads: "0".repeat(64),
      until: null,
      createdAt: ago(0),
      lastUsedAt: null,
    });
    await secrets.tell({ type: "grant.given", app, name: "KEY" });
    await said("1 app");
  });
});

test("what happened, newest first, page by page, in words", async () => {
  const { page, secrets, visit, button } = await open();
  secrets.audit = Array.from({ length: 25 }, (_, i) => ({
    seq: 25 - i,
    at: ago(i * 60 + 2),
    action: i === 24 ? "account.created" : "secret.used",
    app: i === 24 ? null : app,
    secret: i === 24 ? null : "KEY",
    device: "Firefox on Linux",
  }));
  await visit();
  const rows = page.getByRole("region", { name: "What happened" }).getByRole("listitem");
  await rows.first().waitFor();
  expect(await rows.count()).toBe(20);
  expect(await rows.first().innerText()).toMatch(
    /Value given to the app\s+KEY\s*Snippet sabcdefghijk…\s+Firefox on Linux\s+2 minutes ago/,
  );
  expect(await rows.first().locator("time").getAttribute("title")).toMatch(/\d{4} at \d/);
  await button("Show more").press("Enter");
  await page.getByText("Account created").waitFor();
  expect(await rows.count()).toBe(25);
  // Reading goes on with the first row that is new.
  const focused = rows.nth(20).and(page.locator(":focus"));
  await expect.poll(() => focused.count()).toBe(1);
  expect(await button("Show more").count()).toBe(0);
});

test("a list that cannot be loaded says why, and is loaded by Try again", async () => {
  const { page, secrets, visit, button, said } = await open();
  secrets.put("KEY", "v");
  secrets.refuse.set("GET secrets", "secret_unavailable");
  await visit();
  await said("Your secrets could not be loaded. Secrets cannot be reached just now.");
  secrets.refuse.clear();
  await page.getByRole("region", { name: "Your secrets" }).getByText("Try again").click();
  await button("KEY").waitFor();
});

test("signed out: what this tab keeps, and the ways to take it back", async () => {
  const { page, account, visit, button, said } = await open({ user: null });
  await visit();
  await said("Nothing is kept in this tab.");
  await page.evaluate(
    ([key, grantee, value]) => {
      const record = JSON.parse(sessionStorage.getItem(key ?? "") ?? "") as object;
      const secrets = [
        { name: "KEY", value },
        { name: "OTHER", value },
      ];
      const grants = [{ app: grantee, loads: [], name: "KEY" }];
      sessionStorage.setItem(key ?? "", JSON.stringify({ ...record, secrets, grants }));
    },
    ["portafilter.session", app, canary],
  );
  const right = (box: Locator) => box.evaluate((one) => one.getBoundingClientRect().right);
  const edge = await right(page.getByRole("main"));
  // The empty box is as wide as the text's column, and so is the list.
  expect(await right(page.getByText("Nothing is kept in this tab."))).toBe(edge);
  await page.reload();
  const [remove, revoke] = [button("Delete KEY"), button("Revoke KEY for Snippet sabcdefghijk…")];
  const [above, below] = [await remove.boundingBox(), await revoke.boundingBox()];
  if (above === null || below === null) throw new Error("no buttons");
  expect(below.y - above.y - above.height).toBeGreaterThanOrEqual(12);
  expect(await right(page.getByRole("main").getByRole("list").first())).toBe(edge);
  await revoke.click();
  await page.getByText("No app may use it.").nth(1).waitFor();
  await button("Delete OTHER").click();
  await button("Delete for good").click();
  await page.getByRole("heading", { name: "OTHER" }).waitFor({ state: "detached" });
  expect(await page.content()).not.toContain(canary);
  const link = page.getByRole("main").getByRole("link", { name: "Sign in" });
  expect(await link.getAttribute("href")).toBe("/sign-in?then=%2Fsettings%2Fsecrets");
  expect(account.sent.every(({ path }) => path === "session")).toBe(true);
});
