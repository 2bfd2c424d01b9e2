import { describe, expect, test } from "vitest";
import { useHostPage } from "../web-fixture/host-page.ts";
import { accountPages } from "./account-page.ts";
import { ada, password } from "./scripted-api.ts";

const host = useHostPage();
const { open, openIn } = accountPages(host);

describe("signing up and in", () => {
  test("by keyboard alone, with what password managers need", async () => {
    const {
      page,
      api,
      email,
      password: field,
      heading,
      path,
    } = await open("/sign-up", {
      offers: { accounts: true, mail: false, providers: [] },
    });
    expect(await email.getAttribute("autocomplete")).toBe("username");
    expect(await field.getAttribute("autocomplete")).toBe("new-password");
    await page.getByText("this is not end-to-end encryption").waitFor();
    await email.focus();
    await page.keyboard.type("ada@example.org");
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await heading("Secrets").waitFor();
    expect(path()).toBe("/settings/secrets");
    const sent = api.sent.find((call) => call.path === "sign-up");
    expect(sent?.body).toEqual({ email: "ada@example.org", password });
    expect(sent?.headers).toMatchObject({
      origin: host.address(),
      "content-type": "application/json",
    });
  });

  test("says that a link was sent, whoever it was", async () => {
    const { email, password: field, button, heading, page } = await open("/sign-up");
    await email.fill(" ada@example.org ");
    await field.fill(password);
    await button("Create account").click();
    await heading("Check your mail").waitFor();
    await page.getByText("If ada@example.org can have an account here").waitFor();
  });

  test("what is missing is said at the field, which gets the focus", async () => {
    const { email, button, described, api, page } = await open("/sign-in");
    await button("Sign in").click();
    expect(await email.getAttribute("aria-invalid")).toBe("true");
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "email");
    expect(await described()).toBe("Enter your email.");
    expect(api.sent.some((call) => call.path === "sign-in")).toBe(false);
  });

  test("a refusal is said at the password, and the form can be sent again", async () => {
    const {
      email,
      password: field,
      button,
      described,
      api,
      page,
      heading,
    } = await open("/sign-in");
    api.refuse.set("sign-in", { code: "wrong_credentials" });
    await email.fill("ada@example.org");
    await field.fill("wrong one");
    await button("Sign in").click();
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "password");
    expect(await described()).toBe("Email and password do not belong together.");
    api.refuse.clear();
    await field.fill(password);
    await page.keyboard.press("Enter");
    await heading("Secrets").waitFor();
  });

  test("too many attempts: says when to try again", async () => {
    const { email, password: field, button, api, page } = await open("/sign-in");
    api.refuse.set("sign-in", { code: "rate_limited", retryAfter: 400 });
    await email.fill("ada@example.org");
    await field.fill(password);
    await button("Sign in").click();
    await page.getByRole("alert").getByText("Try again in 7 minutes.").waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("alert");
  });

  test("while it is on its way the button says so, keeps its name and sends nothing twice", async () => {
    const gate = Promise.withResolvers<undefined>();
    const {
      email,
      password: field,
      button,
      api,
      heading,
    } = await open("/sign-in", {
      gate: gate.promise,
    });
    await email.fill("ada@example.org");
    await field.fill(password);
    await button("Sign in").click();
    await expect.poll(() => button("Sign in").getAttribute("aria-busy")).toBe("true");
    await button("Sign in").click({ force: true });
    await field.press("Enter");
    gate.resolve(undefined);
    await heading("Secrets").waitFor();
    expect(api.sent.filter((call) => call.path === "sign-in")).toHaveLength(1);
  });

  test("the password can be looked at, and is in nothing but its field", async () => {
    const { password: field, button, page } = await open("/sign-in");
    await field.fill("canary-4711");
    await button("Show password").click();
    expect(await field.getAttribute("type")).toBe("text");
    await button("Hide password").click();
    expect(await field.getAttribute("type")).toBe("password");
    expect(await page.content()).not.toContain("canary-4711");
  });

  test("an error that can be reported has an id to quote", async () => {
    const { email, password: field, button, api, page } = await open("/sign-in");
    api.refuse.set("sign-in", { code: "internal", id: "r-12ab" });
    await email.fill("ada@example.org");
    await field.fill(password);
    await button("Sign in").click();
    await page.getByRole("alert").getByText("quote r-12ab").waitFor();
  });
});

describe("where signing in leads", () => {
  test.each([
    ["//evil.test/", "/settings/secrets"],
    ["/%2e//evil.test/", "/settings/secrets"],
    ["/\\evil.test/", "/settings/secrets"],
    ["https://evil.test/", "/settings/secrets"],
    ["javascript:document.title='evil'", "/settings/secrets"],
    ["/settings/account", "/settings/account"],
    ["/how-it-works#host", "/how-it-works#host"],
  ])("then=%s leads to %s", async (then, place) => {
    const opened = await open(`/sign-in?then=${encodeURIComponent(then)}`);
    await opened.email.fill("ada@example.org");
    await opened.password.fill(password);
    await opened.button("Sign in").click();
    await expect.poll(opened.path).toBe(place);
  });

  test("settings send a stranger to sign in, and back", async () => {
    const { email, password: field, button, heading, path } = await open("/settings/account");
    await email.fill("ada@example.org");
    await field.fill(password);
    await button("Sign in").click();
    await heading("Devices").waitFor();
    expect(path()).toBe("/settings/account");
  });

  test("a provider's site, and from there to where one came from", async () => {
    const { context, api, button, heading, path } = await open("/sign-in?then=/settings/account");
    await context.route("https://login.example.test/**", async (route) => {
      api.user = ada;
      const back = `${host.address()}/sign-in/done`;
      await route.fulfill({
        contentType: "text/html",
        body: `<meta http-equiv="refresh" content="0;url=${back}">`,
      });
    });
    await button("Sign in with Corporate login").click();
    await heading("Devices").waitFor();
    expect(path()).toBe("/settings/account");
  });

  test("a provider that did not say who it was", async () => {
    const { context, page, button, link } = await open("/sign-in?problem=oidc");
    await link("Create an account").waitFor();
    // Whoever made this link does not say what happened.
    expect(await page.getByText("Signing in there did not work out.").count()).toBe(0);
    await context.route("https://login.example.test/**", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<meta http-equiv="refresh" content="0;url=${host.address()}/sign-in?problem=oidc">`,
      }),
    );
    await button("Sign in with Corporate login").click();
    await page.getByText("Signing in there did not work out.").waitFor();
  });

  test("the end of signing in, without a sign-in", async () => {
    const { heading } = await open("/sign-in/done");
    await heading("You are not signed in").waitFor();
  });

  test("an app's tab hears of a sign-in in another tab, and goes on", async () => {
    const { context, api, ...landing } = await open("/");
    await landing.link("Sign in").waitFor();
    const app = await host.open(await host.newPage(context));
    const link = app.page.getByRole("link", { name: "Sign in" });
    const opening = context.waitForEvent("page");
    await link.click();
    const tab = await opening;
    expect(new URL(tab.url()).search).toBe("?then=close");
    await tab.getByLabel("Email", { exact: true }).fill("ada@example.org");
    await tab.getByLabel("Password", { exact: true }).fill(password);
    await tab.getByRole("button", { name: "Sign in", exact: true }).click();
    await tab.getByText("Go back to the app's tab").waitFor();
    await app.button("Account menu, ada@example.org").waitFor();
    await landing.button("Account menu, ada@example.org").waitFor();
    expect(await app.received()).toHaveLength(1);
    expect(api.sent.filter((call) => call.path === "sign-in")).toHaveLength(1);
  });
});

test("the start page leads a stranger to what this tab keeps", async () => {
  const { link, heading } = await open("/");
  await link("Secrets").click();
  await heading("Secrets of this tab").waitFor();
});

test("a page that cannot be fetched says so, keeps nobody from going back, and is tried again", async () => {
  const { context, page, link, button, heading } = await open("/");
  await link("Sign in").waitFor();
  const away = /\/(assets\/HowItWorks.*|how-it-works)$/;
  await context.route(away, (route) => route.abort("connectionfailed"));
  await link("How it works").click();
  await heading("This page could not be fetched").waitFor();
  await button("Try again").click();
  await page.getByText("It did not work out yet.").waitFor();
  await page.goBack();
  await link("Run the example").waitFor();
  await page.goForward();
  await context.unroute(away);
  await button("Try again").click();
  await heading("How it works").waitFor();
});

test("pages say nothing of a server that they do not know", async () => {
  const { page, heading } = await open("/nothing/here");
  await heading("There is nothing at this address").waitFor();
  expect(await page.getByText(/does not have yet/).count()).toBe(0);
  await page.goto(`${host.address()}/how-it-works#host`);
  // Whoever follows the commands line by line has the sources first.
  await page.getByText(/^git clone .*\ncd portafilter\nmake run$/).waitFor();
});

describe("the menu", () => {
  test("by keyboard: opens, moves, leads to the account, and signs out", async () => {
    const { page, api, button, heading, path } = await open("/how-it-works", { user: ada });
    await button("Account menu, ada@example.org").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Account" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      "Account menu, ada@example.org",
    );
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Account" }).click();
    await heading("Devices").waitFor();
    await button("Account menu, ada@example.org").click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    expect(path()).toBe("/sign-in");
    expect(api.user).toBeNull();
  });

  test.each([
    ["a page", () => "/"],
    ["an app", () => host.link().slice(host.address().length)],
  ])("is at the top right of %s, in wide and narrow windows", async (_, path) => {
    const { page, button } = await open(path(), { user: ada });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const trigger = button("Account menu, ada@example.org");
      await trigger.waitFor();
      const menu = await trigger.boundingBox();
      const top = await page.getByRole("banner").boundingBox();
      if (menu === null || top === null) throw new Error("no menu");
      // Nothing of the bar is to the right of it, and the bar is at the top.
      expect(menu.x).toBeGreaterThan(width / 2);
      expect(top.x + top.width - menu.x - menu.width).toBeLessThanOrEqual(8);
      expect(top.y).toBe(0);
      expect(menu.y + menu.height).toBeLessThanOrEqual(top.height);
    }
  });

  test("signing out empties the tab, tells the others, and leaves nothing behind the back button", async () => {
    const { context, page, button } = await open("/how-it-works", { user: ada });
    const other = await openIn(context, "/settings/account");
    await other.heading("Devices").waitFor();
    await page.evaluate(() => {
      sessionStorage.setItem("portafilter.session", "canary");
    });
    await button("Account menu, ada@example.org").click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    expect(await page.evaluate(() => Object.values(sessionStorage).join())).not.toContain("canary");
    await other.button("Sign in").waitFor();
    await page.goBack();
    expect(await page.evaluate(() => document.body.textContent)).not.toContain("ada@example.org");
  });

  test("a sign-out that fails says that one is still signed in", async () => {
    const { page, api, button } = await open("/", { user: ada });
    api.refuse.set("sign-out", { code: "database_unavailable" });
    await button("Account menu, ada@example.org").click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("alertdialog", { name: "You are still signed in" }).waitFor();
    api.refuse.clear();
    await page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
  });

  test("is absent, with every way to sign in, where the server has no accounts", async () => {
    const offers = { accounts: false, mail: false, providers: [] };
    const { context, page, link, heading } = await open("/", { offers });
    const asked = context.waitForEvent("requestfinished", (one) => one.url().endsWith("/session"));
    await page.reload();
    await asked;
    await link("Run the example").waitFor();
    expect(await link("Sign in").count()).toBe(0);
    for (const path of ["/sign-in", "/sign-up", "/forgot", "/settings/account"]) {
      await page.goto(`${host.address()}${path}`);
      await heading("This server has no accounts").waitFor();
    }
  });

  test("says so when the server is out of reach, and asks again", async () => {
    const { api, button, link } = await open("/how-it-works", { reachable: false });
    await button("Account out of reach").waitFor();
    api.reachable = true;
    await button("Account out of reach").click();
    await link("Sign in").waitFor();
  });
});
