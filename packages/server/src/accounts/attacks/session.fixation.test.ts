import { limits } from "@portafilter/protocol";
import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { cookies } from "../cookie.ts";
import type { Browser } from "../testing/browser.ts";
import {
  actionsOf,
  codeOf,
  isFresh,
  newPerson,
  password,
  secondBrowser,
  whoIs,
} from "../testing/person.ts";
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
    [
      "a confirmation whose answer came",
      async (browser) => {
        const code = await codeOf(browser, "confirm", { password });
        await whoIs(browser);
        return code;
      },
    ],
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

  /** Somebody who has confirmed, and whose browser does not know the new token: the answer was lost. */
  const confirmedInVain = async () => {
    const person = await newPerson(world);
    const { browser } = person;
    const old = browser.token() ?? "";
    world.pass(limits.freshness + 1_000);
    expect(await codeOf(browser, "confirm", { password })).toBeUndefined();
    const next = browser.token() ?? "";
    expect(next).not.toBe(old);
    return { ...person, old, next, lost: withToken(old) };
  };

  test("a confirmation whose answer is lost signs nobody out, and makes nobody fresh", async () => {
    const { lost, next } = await confirmedInVain();
    world.pass(60_000);
    expect(await whoIs(lost)).not.toBeNull();
    expect(await isFresh(lost)).toBe(false);
    expect(await codeOf(lost, "confirm", { password })).toBeUndefined();
    expect(await isFresh(lost)).toBe(true);
    // The one that was lost does not count any more, wherever it is.
    expect(await whoIs(withToken(next))).toBeNull();
  });

  test("the token before is void when the new one is first used, by however many at once", async () => {
    const { old, next } = await confirmedInVain();
    const news = await Promise.all([1, 2, 3, 4].map(() => isFresh(withToken(next))));
    expect(news).toEqual([true, true, true, true]);
    for (const path of ["confirm", "password", "delete"]) {
      expect(await codeOf(withToken(old), path, {})).toBe("signed_out");
    }
    expect(await whoIs(withToken(old))).toBeNull();
    expect(await isFresh(withToken(next))).toBe(true);
  });

  test.each<[string, (lost: Browser, email: string) => Promise<unknown>]>([
    ["signing out", (lost) => codeOf(lost, "sign-out", {})],
    [
      "another password",
      (lost) => codeOf(lost, "password", { current: password, next: "Difference Engine" }),
    ],
    [
      "ending all others",
      async (browser, email) => {
        const other = await secondBrowser(world, { email, password, browser });
        return codeOf(other, "devices/end-others", {});
      },
    ],
  ])("%s makes a token void that was never used, and the one before", async (_name, change) => {
    const { email, old, next, lost } = await confirmedInVain();
    expect(await change(lost, email)).toBeUndefined();
    expect(await whoIs(withToken(old))).toBeNull();
    expect(await whoIs(withToken(next))).toBeNull();
  });

  test("a sign-in over a token that was never used ends its session", async () => {
    const { old, next } = await confirmedInVain();
    const { email } = await newPerson(world);
    expect(await codeOf(withToken(next), "sign-in", { email, password })).toBeUndefined();
    expect(await whoIs(withToken(old))).toBeNull();
    expect(await whoIs(withToken(next))).toBeNull();
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
