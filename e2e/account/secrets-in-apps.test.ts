import { describe, expect, test } from "vitest";
import { addAndAllow, type HostPage, request, useHostPage } from "../web-fixture/host-page.ts";
import { ada, scriptedApi, serveApi } from "./scripted-api.ts";
import { elsewhere, secretApps } from "./secret-apps.ts";

const page = useHostPage();
const { address, context: newContext, open, link } = page;
const openApp = secretApps(page);
const canary = "canary-77b2";

const typesOf = async (host: HostPage) => (await host.received()).map(({ type }) => type);

describe("signed in", () => {
  test("a value is kept in the account and in nothing of the tab, and given without a question then", async () => {
    const { host, secrets, tabHolds, context } = await openApp(ada);
    await host.say(request("1", "KEY"));
    await host.page.getByText("Kept in your account, encrypted.").waitFor();
    await addAndAllow(host, "KEY", canary);
    expect(await host.receives("secret.value")).toMatchObject({ id: "1", value: canary });
    expect(secrets.stored).toMatchObject([{ name: "KEY", values: [{ value: canary }] }]);
    expect(await tabHolds()).not.toContain(canary);
    const other = await open(await context.newPage());
    await other.say(request("1", "KEY"));
    expect(await other.receives("secret.value")).toMatchObject({ value: canary });
  });

  test("what the account has and this app may not use is allowed without typing it", async () => {
    const { host, secrets } = await openApp(ada);
    secrets.put("KEY", canary);
    await host.say(request("1", "KEY"));
    await host.page.getByText("Your account already has a value for it.").waitFor();
    expect(await host.field.count()).toBe(0);
    await host.button("Allow").click();
    expect(await host.receives("secret.value")).toMatchObject({ value: canary });
  });

  test("a revocation elsewhere reaches the app, which has to ask again", async () => {
    const { host, secrets } = await openApp(ada);
    await host.say(request("1", "KEY"));
    await addAndAllow(host, "KEY", canary);
    const one = secrets.stored[0];
    const app = one?.grants[0]?.app ?? "";
    if (one !== undefined) one.grants = [];
    await secrets.tell({ type: "grant.revoked", app, name: "KEY" });
    expect(await host.receives("secret.revoked")).toMatchObject({ name: "KEY" });
    await host.say(request("2", "KEY"));
    await host.dialog("KEY").waitFor();
  });

  test("an account out of reach: the app is refused, the tab is not used instead, and all is well after", async () => {
    const { host, secrets, tabHolds } = await openApp(ada);
    secrets.put("KEY", canary);
    secrets.refuse.set("POST secrets/use", "secret_unavailable");
    await host.say(request("1", "KEY"));
    expect(await host.receives("secret.refused")).toMatchObject({ code: "secret_unavailable" });
    await host.page.getByText("Secrets in your account cannot be reached just now.").waitFor();
    expect(await host.page.getByRole("dialog").count()).toBe(0);
    expect(await tabHolds()).toContain(String.raw`\"secrets\":[]`);
    secrets.refuse.clear();
    await host.say(request("2", "KEY"));
    await host.dialog("KEY").waitFor();
  });

  test("a value that could not be kept stays in the field until it is", async () => {
    const { host, secrets } = await openApp(ada);
    await host.say(request("1", "KEY"));
    await host.dialog("KEY").waitFor();
    await host.field.fill(canary);
    secrets.refuse.set("POST secrets/allow", "unreachable");
    await host.button("Add and allow").click();
    await host.page.getByText("The server cannot be reached just now. Nothing was lost").waitFor();
    expect(await host.field.inputValue()).toBe(canary);
    expect(await typesOf(host)).toEqual(["app.start"]);
    secrets.refuse.clear();
    await host.button("Add and allow").click();
    expect(await host.receives("secret.value")).toMatchObject({ value: canary });
  });

  test("attack A16: a request that is cancelled while its value is on its way gets none", async () => {
    const { host, secrets } = await openApp(ada);
    await host.say(request("1", "KEY"));
    await host.dialog("KEY").waitFor();
    await host.field.fill(canary);
    const held = Promise.withResolvers<undefined>();
    secrets.gate = held.promise;
    await host.button("Add and allow").click();
    await host.page.getByText("Keeping it…").waitFor();
    await host.page.keyboard.press("Escape");
    await host.page.keyboard.press("Escape");
    // The browser itself closes a dialog at the second Escape; it comes back.
    await expect.poll(() => host.page.getByRole("dialog").isVisible()).toBe(true);
    expect(await typesOf(host)).toEqual(["app.start"]);
    await host.say({ type: "secret.cancel", id: "1" });
    await host.dialog("KEY").waitFor({ state: "detached" });
    held.resolve(undefined);
    await expect.poll(() => secrets.stored.length).toBe(1);
    await host.say(request("2", "KEY"));
    expect(await host.receives("secret.value")).toMatchObject({ id: "2" });
    expect(JSON.stringify(await host.received())).not.toContain('"id":"1"');
  });

  test("signing out ends an app that holds values, and leaves none in the tab", async () => {
    const { host, account, tabHolds } = await openApp(ada);
    await host.say(request("1", "KEY"));
    await addAndAllow(host, "KEY", canary);
    account.user = null;
    await elsewhere(host.page, "signed-out");
    await host.page.getByRole("heading", { name: "You are signed out" }).waitFor();
    expect(await host.page.locator("iframe").count()).toBe(0);
    expect(await tabHolds()).not.toContain(canary);
    expect(await host.page.content()).not.toContain(canary);
    await host.button("Retry").click();
    await host.receives("app.start");
    await host.say(request("1", "KEY"));
    await host.page.getByText("Kept in this tab only. Sign in").waitFor();
  });
});

describe("signing in", () => {
  test("while a dialog is open keeps it and what was typed, and changes where it goes", async () => {
    const { host, account, secrets, tabHolds } = await openApp(null);
    await host.say(request("1", "KEY"));
    const signIn = host.page.getByRole("dialog").getByRole("link", { name: "Sign in" });
    await signIn.waitFor();
    await host.field.fill(canary);
    const opening = host.page.waitForEvent("popup");
    await signIn.click();
    const popup = await opening;
    expect(popup.url()).toBe(`${address()}/sign-in?then=close`);
    expect(await popup.evaluate(() => opener as unknown)).toBeNull();
    await host.dialog("KEY").waitFor();
    account.user = ada;
    await elsewhere(popup, "signed-in");
    await popup.close();
    await host.page.getByText("Kept in your account, encrypted.").waitFor();
    expect(await host.field.inputValue()).toBe(canary);
    await host.armed();
    await host.button("Add and allow").click();
    expect(await host.receives("secret.value")).toMatchObject({ value: canary });
    expect(secrets.stored).toMatchObject([{ name: "KEY" }]);
    expect(await tabHolds()).not.toContain(canary);
  });

  test("moves what the tab holds, tells which names had two values, and asks nothing twice", async () => {
    const { host, account, secrets, tabHolds } = await openApp(null);
    for (const name of ["KEY", "OTHER"]) {
      await host.say(request(name, name));
      await addAndAllow(host, name, `${canary}-${name}`);
    }
    expect(await tabHolds()).toContain(canary);
    secrets.put("KEY", "another");
    account.user = ada;
    await elsewhere(host.page, "signed-in");
    const toast = host.page.getByRole("region", { name: "Secrets of this tab" });
    await toast.getByText("OTHER, KEY moved from this tab into your account.").waitFor();
    await toast.getByText("KEY had another value in your account.").waitFor();
    expect(await tabHolds()).not.toContain(canary);
    expect(secrets.stored.find(({ name }) => name === "KEY")?.values).toMatchObject([
      { value: `${canary}-KEY` },
      { value: "another" },
    ]);
    await host.say(request("again", "KEY"));
    expect(await host.receives("secret.value")).toMatchObject({ value: `${canary}-KEY` });
    await host.button("Restart").click();
    await host.receives("app.start");
    await host.say(request("1", "OTHER"));
    expect(await host.receives("secret.value")).toMatchObject({ value: `${canary}-OTHER` });
    expect(await host.page.getByRole("dialog").count()).toBe(0);
    await host.button("Close this message").click();
    await toast.waitFor({ state: "hidden" });
  });

  test("a move that fails loses nothing: the tab goes on, says so, and moves after a reload", async () => {
    const { host, account, secrets, tabHolds } = await openApp(null);
    await host.say(request("1", "KEY"));
    await addAndAllow(host, "KEY", canary);
    secrets.refuse.set("POST merge", "secret_unavailable");
    account.user = ada;
    await elsewhere(host.page, "signed-in");
    await host.page.getByText("could not be moved into your account yet").waitFor();
    expect(await tabHolds()).toContain(canary);
    await host.say(request("2", "KEY"));
    expect(await host.receives("secret.value")).toMatchObject({ id: "2", value: canary });
    secrets.refuse.clear();
    await host.page.goto(link());
    await host.page.getByText("KEY moved from this tab into your account.").waitFor();
    expect(secrets.merges.size).toBe(1);
    expect(await tabHolds()).not.toContain(canary);
  });

  test("finds a value in the account: the question becomes Allow", async () => {
    const { host, account, secrets } = await openApp(null);
    await host.say(request("1", "KEY"));
    await host.field.waitFor();
    secrets.put("KEY", canary);
    account.user = ada;
    await elsewhere(host.page, "signed-in");
    await host.page.getByText("Your account already has a value for it.").waitFor();
    await host.armed();
    await host.button("Allow").click();
    expect(await host.receives("secret.value")).toMatchObject({ value: canary });
  });
});

test("a server without accounts says what it always said, and has no link", async () => {
  const context = await newContext();
  const account = scriptedApi();
  account.offers.accounts = false;
  await serveApi(context, account);
  const host = await open(await context.newPage());
  await host.say(request("1", "KEY"));
  await host.page.getByText("Kept in this tab only. It is gone when the tab closes.").waitFor();
  expect(await host.page.getByRole("dialog").getByRole("link").count()).toBe(0);
});

test("a visitor whose sign-in cannot be told gets no question, and nothing is put into the tab", async () => {
  const context = await newContext();
  const account = scriptedApi({ user: ada, reachable: false });
  await serveApi(context, account);
  const host = await open(await context.newPage());
  await host.say(request("1", "KEY"));
  expect(await host.receives("secret.refused")).toMatchObject({ code: "secret_unavailable" });
});
