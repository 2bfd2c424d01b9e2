import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { cookies } from "../cookie.ts";
import type { Browser } from "../testing/browser.ts";
import { actionsOf, codeOf, newPerson, password, secondBrowser, whoIs } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

describeDatabases("D4: session fixation, and sessions that should be over", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open(), { mail: true });
  });
  const withToken = (token: string | undefined): Browser => {
    const browser = world.browser();
    browser.jar.set(cookies.session, token ?? "");
    return browser;
  };

  test("a token that was set before the sign-in is not the one after it", async () => {
    const { email } = await newPerson(world);
    const planted = "A".repeat(43);
    const victim = withToken(planted);
    expect(await codeOf(victim, "sign-in", { email, password })).toBeUndefined();
    expect(victim.token()).not.toBe(planted);
    expect(await whoIs(withToken(planted))).toBeNull();
  });

  test("a sign-in over somebody's session ends that one and says so there", async () => {
    const [eve, ada] = [await newPerson(world), await newPerson(world)];
    const spare = await secondBrowser(world, eve);
    const planted = eve.browser.token();
    const victim = withToken(planted);
    expect(await codeOf(victim, "sign-in", { email: ada.email, password })).toBeUndefined();
    expect(await whoIs(victim)).toMatchObject({ email: ada.email });
    expect(await whoIs(withToken(planted))).toBeNull();
    expect((await actionsOf(world, spare))[0]).toBe("session.ended");
  });

  test("every sign-in has a token of its own", async () => {
    const person = await newPerson(world);
    const browsers = await Promise.all([1, 2, 3].map(() => secondBrowser(world, person)));
    const tokens = new Set(browsers.map((browser) => browser.token()));
    expect(tokens.size).toBe(3);
  });

  test("two cookies of our name are nobody's, in whatever order", async () => {
    const { browser } = await newPerson(world);
    const mine = `${cookies.session}=${browser.token() ?? ""}`;
    for (const cookie of [
      `${mine}; ${cookies.session}=${"A".repeat(43)}`,
      `${cookies.session}=; ${mine}`,
      `${cookies.session}; ${mine}`,
      `${mine}; ${mine}`,
    ]) {
      const { body } = await world.browser().ask("/api/v1/session", undefined, { cookie });
      expect(body.user).toBeNull();
    }
    const { body } = await world.browser().ask("/api/v1/session", undefined, {
      cookie: `other=1; ${mine}; x${cookies.session}=2`,
    });
    expect(body.user).not.toBeNull();
  });

  test.each<[string, (browser: Browser, email: string) => Promise<unknown>]>([
    ["signing out", (browser) => codeOf(browser, "sign-out", {})],
    [
      "another password",
      (browser) => codeOf(browser, "password", { current: password, next: "Difference Engine" }),
    ],
    ["a confirmation", (browser) => codeOf(browser, "confirm", { password })],
    ["deleting the account", (browser, email) => codeOf(browser, "delete", { email })],
    [
      "a reset",
      async (browser, email) => {
        await codeOf(browser, "forgot", { email });
        const token = await world.linkToken();
        return codeOf(browser, "reset", { token, password: "Difference Engine" });
      },
    ],
  ])("a token that was copied before is worth nothing after %s", async (_name, change) => {
    const { email, browser } = await newPerson(world);
    const copied = browser.token();
    expect(await whoIs(withToken(copied))).not.toBeNull();
    expect(await change(browser, email)).toBeUndefined();
    expect(await whoIs(withToken(copied))).toBeNull();
  });

  test("no sign-in with the old password begins while it is changed", async () => {
    const { email, browser } = await newPerson(world);
    const racers = Array.from({ length: 4 }, () => world.browser());
    await Promise.all([
      codeOf(browser, "password", { current: password, next: "Difference Engine" }),
      ...racers.map((racer) => codeOf(racer, "sign-in", { email, password })),
    ]);
    for (const racer of racers) expect(await whoIs(racer)).toBeNull();
    expect(await whoIs(browser)).not.toBeNull();
  });
});
