import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { lateBody } from "../testing/browser.ts";
import {
  codeOf,
  freshEmail,
  newPerson,
  password,
  secondBrowser,
  whoIs,
} from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

const hour = 60 * 60 * 1000;

describeDatabases("D7: links are followed again", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open(), { mail: true });
  });
  const resetToken = async (email: string) => {
    await codeOf(world.browser(), "forgot", { email });
    return world.linkToken();
  };

  test("of fifty resets at once by one link, one counts", async () => {
    const { email } = await newPerson(world);
    const token = await resetToken(email);
    const passwords = Array.from({ length: 50 }, (_, index) => `new password ${String(index)}`);
    const codes = await Promise.all(
      passwords.map((next) => codeOf(world.browser(), "reset", { token, password: next })),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === "link_expired")).toHaveLength(49);
    const won = passwords[codes.indexOf(undefined)] ?? "";
    expect(await codeOf(world.browser(), "sign-in", { email, password: won })).toBeUndefined();
  });

  test("of fifty verifications at once, one makes an account", async () => {
    const email = freshEmail();
    await codeOf(world.browser(), "sign-up", { email, password });
    const token = await world.linkToken();
    const codes = await Promise.all(
      Array.from({ length: 50 }, () => codeOf(world.browser(), "verify-email", { token })),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(await codeOf(world.browser(), "sign-in", { email, password })).toBeUndefined();
  });

  test("an hour makes a link worth nothing", async () => {
    const { email } = await newPerson(world);
    const token = await resetToken(email);
    world.pass(hour);
    const reset = { token, password: "Difference Engine" };
    expect(await codeOf(world.browser(), "reset", reset)).toBe("link_expired");
  });

  test("a second link makes the first worth nothing", async () => {
    const { email } = await newPerson(world);
    const first = await resetToken(email);
    const second = await resetToken(email);
    const next = "Difference Engine";
    expect(await codeOf(world.browser(), "reset", { token: first, password: next })).toBe(
      "link_expired",
    );
    expect(
      await codeOf(world.browser(), "reset", { token: second, password: next }),
    ).toBeUndefined();
  });

  test("a link is good for what it was sent for", async () => {
    const { email, browser } = await newPerson(world);
    const token = await resetToken(email);
    expect(await codeOf(browser, "verify-email", { token })).toBe("link_expired");
    await codeOf(browser, "email", { email: freshEmail() });
    const other = await world.linkToken();
    const reset = { token: other, password: "Difference Engine" };
    expect(await codeOf(browser, "reset", reset)).toBe("link_expired");
    expect(await whoIs(browser)).not.toBeNull();
  });

  test("a link to change the email does not outlive the sign-in that asked for it", async () => {
    const next = "Difference Engine";
    const change = { current: password, next };
    for (const end of ["devices/end-others", "devices/:id/end", "password", "reset"] as const) {
      const ada = await newPerson(world);
      const reset = { token: await resetToken(ada.email), password: next };
      const thief = await secondBrowser(world, ada);
      const stolen = freshEmail();
      expect(await codeOf(thief, "email", { email: stolen })).toBeUndefined();
      const token = await world.linkToken(stolen);
      const { body } = await ada.browser.ask("/api/v1/account/devices");
      const devices = body.devices as { id: string; current: boolean }[];
      const other = devices.find((device) => !device.current)?.id ?? "";
      const path = end.replace(":id", other);
      const sent = { "devices/end-others": {}, "devices/:id/end": {}, password: change, reset }[
        end
      ];
      expect(await codeOf(ada.browser, path, sent)).toBeUndefined();
      expect(await whoIs(thief)).toBeNull();
      expect(await codeOf(world.browser(), "verify-email", { token })).toBe("link_expired");
      expect(await codeOf(thief, "email", { email: stolen })).toBe("signed_out");
    }
  });

  test("signing out oneself leaves the link that one asked for", async () => {
    const { browser } = await newPerson(world);
    const email = freshEmail();
    expect(await codeOf(browser, "email", { email })).toBeUndefined();
    const token = await world.linkToken(email);
    const { body } = await browser.ask("/api/v1/account/devices");
    const [own] = body.devices as { id: string }[];
    expect(await codeOf(browser, `devices/${own?.id ?? ""}/end`, {})).toBeUndefined();
    expect(await codeOf(world.browser(), "verify-email", { token })).toBeUndefined();
    expect(await codeOf(browser, "sign-in", { email, password })).toBeUndefined();

    const next = freshEmail();
    expect(await codeOf(browser, "email", { email: next })).toBeUndefined();
    const second = await world.linkToken(next);
    expect(await codeOf(browser, "sign-out", {})).toBeUndefined();
    expect(await codeOf(world.browser(), "verify-email", { token: second })).toBeUndefined();
  });

  test("ending other sign-ins leaves the link to a new password", async () => {
    const { email, browser } = await newPerson(world);
    const token = await resetToken(email);
    expect(await codeOf(browser, "devices/end-others", {})).toBeUndefined();
    const reset = { token, password: "Difference Engine" };
    expect(await codeOf(world.browser(), "reset", reset)).toBeUndefined();
  });

  test("a request that was under way makes no link once its sign-in has ended", async () => {
    const ada = await newPerson(world);
    const thief = await secondBrowser(world, ada);
    const email = freshEmail();
    const late = lateBody({ email }, async () => {
      expect(await codeOf(ada.browser, "devices/end-others", {})).toBeUndefined();
    });
    expect(await codeOf(thief, "email", late)).toBe("signed_out");
    expect(await world.linkToken(email)).toBe("");
  });

  test("what the database holds of a link does not open it", async () => {
    const { email } = await newPerson(world);
    const token = await resetToken(email);
    const rows = await world.db.kysely.selectFrom("account_link").selectAll().execute();
    for (const { token_hash } of rows) {
      const stored = Buffer.from(token_hash);
      expect(stored.toString("latin1")).not.toContain(token);
      for (const forged of [stored.toString("base64url"), stored.toString("hex")]) {
        const reset = { token: forged, password: "Difference Engine" };
        expect(await codeOf(world.browser(), "reset", reset)).toBe("link_expired");
      }
    }
  });

  test("D13: links begin with the platform's address, whatever the request names", async () => {
    const { email } = await newPerson(world);
    await world.browser().ask(
      "/api/v1/account/forgot",
      { email },
      {
        host: "evil.example",
        "x-forwarded-host": "evil.example",
        forwarded: "host=evil.example",
      },
    );
    await world.linkToken();
    const text = world.mails.at(-1)?.text ?? "";
    expect(text).toMatch(/^http:\/\/pycafe\.localhost:8080\/reset#token=[\w-]{43}$/m);
    expect(text).not.toContain("evil");
  });
});
