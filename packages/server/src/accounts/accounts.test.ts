import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import {
  actionsOf,
  codeOf,
  freshEmail,
  isFresh,
  newPerson,
  password,
  secondBrowser,
  whoIs,
} from "./testing/person.ts";
import { createWorld, type World } from "./testing/world.ts";

const minute = 60_000;

describeDatabases("accounts", (open) => {
  describe("without mail", () => {
    let world: World;
    beforeAll(async () => {
      world = await createWorld(await open());
    });

    test("a sign-up signs in, with a cookie that no script and no other host gets", async () => {
      const email = freshEmail();
      const browser = world.browser();
      const wanted = { email: `  ${email.toUpperCase()} `, password };
      const answer = await browser.ask("/api/v1/account/sign-up", wanted);
      expect(answer.body).toEqual({ next: "signed_in" });
      const lines = answer.headers.getSetCookie();
      expect(lines.find((line) => line.includes(".session="))).toMatch(
        /^__Host-portafilter\.session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=7776000$/,
      );
      expect(lines.every((line) => /^__Host-.*; Secure; HttpOnly; SameSite=/.test(line))).toBe(
        true,
      );
      expect(await whoIs(browser)).toMatchObject({ email, hasPassword: true, passkeys: 0 });
      expect(await isFresh(browser)).toBe(true);
      expect(await actionsOf(world, browser)).toEqual(["session.started", "account.created"]);
    });

    test("an email is one account, however it is written", async () => {
      const { email } = await newPerson(world);
      for (const other of [email.toUpperCase(), ` ${email}\t`]) {
        const stranger = world.browser();
        expect(await codeOf(stranger, "sign-up", { email: other, password })).toBe(
          "account_exists",
        );
        expect(await codeOf(stranger, "sign-in", { email: other, password })).toBeUndefined();
      }
    });

    test("sign-ups and changes of the email are counted by address, on all servers together", async () => {
      const address = "198.51.100.7";
      const ada = await newPerson(world, address);
      for (let n = 0; n < 119; n += 1) await world.limits.claim(address);
      const other = await createWorld(world.db);
      const wanted = { email: freshEmail(), password };
      expect(await codeOf(other.browser(address), "sign-up", wanted)).toBe("rate_limited");
      expect(await codeOf(ada.browser, "email", { email: freshEmail() })).toBe("rate_limited");
      expect(await codeOf(other.browser(), "sign-up", wanted)).toBeUndefined();
    });

    test("two sign-ups at once make one account", async () => {
      const email = freshEmail();
      const codes = await Promise.all(
        [1, 2, 3].map(() => codeOf(world.browser(), "sign-up", { email, password })),
      );
      expect(codes.filter((code) => code === undefined)).toHaveLength(1);
      expect(codes.filter((code) => code === "account_exists")).toHaveLength(2);
    });

    test.each([
      ...["short", "x".repeat(257), "password123", "PassWord123", "iloveyou1"],
      // From the beginning, the middle and the end of the list of common ones.
      ...["123456789", "password", "pimpin69", "starwars3", "donaldduck", "fallen_angel"],
    ])("the password %j is refused", async (bad) => {
      const code = await codeOf(world.browser(), "sign-up", {
        email: freshEmail(),
        password: bad,
      });
      expect(code).toBe("password_refused");
    });

    test("any other characters are a password, and none is left out", async () => {
      const email = freshEmail();
      const long = ` 🔑 pässwörd\u0000 ${"x".repeat(200)}`;
      expect(await codeOf(world.browser(), "sign-up", { email, password: long })).toBeUndefined();
      const shorter = { email, password: long.slice(0, -1) };
      expect(await codeOf(world.browser(), "sign-in", shorter)).toBe("wrong_credentials");
      const decomposed = { email, password: long.normalize("NFD") };
      expect(await codeOf(world.browser(), "sign-in", decomposed)).toBeUndefined();
    });

    test("signing out leaves no session, no key in memory and no page for the back button", async () => {
      const { browser } = await newPerson(world);
      const token = browser.token() ?? "";
      const id = (await whoIs(browser))?.id ?? "";
      const answer = await browser.ask("/api/v1/account/sign-out", {});
      expect(world.forgotten).toContain(id);
      expect(answer.headers.get("clear-site-data")).toBe('"cache"');
      expect(browser.token()).toBeUndefined();
      browser.jar.set("__Host-portafilter.session", token);
      expect(await whoIs(browser)).toBeNull();
    });

    test("a sign-in is fresh for ten minutes, and again after the password", async () => {
      const person = await newPerson(world);
      const { browser } = person;
      world.pass(11 * minute);
      expect(await isFresh(browser)).toBe(false);
      expect(await codeOf(browser, "delete", { email: person.email })).toBe("confirm_needed");
      expect(await codeOf(browser, "confirm", { password: "wrong" })).toBe("wrong_credentials");
      expect(await isFresh(browser)).toBe(false);
      const old = browser.token();
      expect(await codeOf(browser, "confirm", { password })).toBeUndefined();
      expect(await isFresh(browser)).toBe(true);
      expect(browser.token()).not.toBe(old);
      const actions = await actionsOf(world, browser);
      expect(actions).toContain("session.confirmed");
      expect(actions).toContain("session.refused");
    });

    test("another password ends every other sign-in and gives this one a new token", async () => {
      const person = await newPerson(world);
      const other = await secondBrowser(world, person);
      const old = person.browser.token();
      const next = "Difference Engine";
      const change = { current: "wrong", next };
      expect(await codeOf(person.browser, "password", change)).toBe("wrong_credentials");
      const same = { current: password, next: password };
      expect(await codeOf(person.browser, "password", same)).toBe("password_refused");
      expect(await whoIs(other)).not.toBeNull();
      expect(await codeOf(person.browser, "password", { current: password, next })).toBeUndefined();
      expect(person.browser.token()).not.toBe(old);
      expect(await whoIs(person.browser)).not.toBeNull();
      expect(await whoIs(other)).toBeNull();
      const { email } = person;
      expect(await codeOf(other, "sign-in", { email, password })).toBe("wrong_credentials");
      expect(await codeOf(other, "sign-in", { email, password: next })).toBeUndefined();
    });

    test("another email needs a fresh sign-in, and ends the others", async () => {
      const person = await newPerson(world);
      const other = await secondBrowser(world, person);
      const taken = await newPerson(world);
      const email = freshEmail();
      expect(await codeOf(person.browser, "email", { email: taken.email })).toBe("account_exists");
      const answer = await person.browser.ask("/api/v1/account/email", { email });
      expect(answer.body).toEqual({ next: "changed" });
      expect(await whoIs(person.browser)).toMatchObject({ email });
      expect(await whoIs(other)).toBeNull();
      expect(await actionsOf(world, person.browser)).toContain("account.email_changed");
    });

    test("a change of the email locks its sign-in before the audit, as everybody does", async () => {
      const { browser } = await newPerson(world);
      const userId = (await whoIs(browser))?.id ?? "";
      const [locked, asked] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
      const held = world.db.transaction(async (tx) => {
        const session = tx.selectFrom("account_session").select("id");
        await session.where("user_id", "=", userId).forUpdate().execute();
        locked.resolve(null);
        await asked.promise;
        // On the way to a deadlock, this would wait for the change, which waits for the sign-in.
        await sql`set local lock_timeout = '200ms'`.execute(tx);
        await world.audit.append(tx, [{ userId, action: "session.confirmed" }]);
      });
      await locked.promise;
      const change = codeOf(browser, "email", { email: freshEmail() });
      await sleep(300);
      asked.resolve(null);
      await held;
      expect(await change).toBeUndefined();
      const actions = await actionsOf(world, browser);
      expect(actions.filter((action) => action === "session.confirmed")).toHaveLength(1);
    });

    test("devices are named, and ended one by one or all together", async () => {
      const person = await newPerson(world);
      const [second, third] = [
        await secondBrowser(world, person),
        await secondBrowser(world, person),
      ];
      const list = async () =>
        (await person.browser.ask("/api/v1/account/devices")).body.devices as {
          id: string;
          device: string;
          current: boolean;
        }[];
      const devices = await list();
      expect(devices.map(({ device }) => device)).toEqual(Array(3).fill("Firefox on Linux"));
      expect(devices.filter(({ current }) => current)).toHaveLength(1);
      const secondId = devices.find(({ current }) => !current)?.id ?? "";
      expect(await codeOf(person.browser, `devices/${secondId}/end`, {})).toBeUndefined();
      expect(await list()).toHaveLength(2);
      expect(await codeOf(person.browser, `devices/${secondId}/end`, {})).toBe("not_found");
      expect(await codeOf(person.browser, "devices/end-others", {})).toBeUndefined();
      expect([await whoIs(second), await whoIs(third)]).toEqual([null, null]);
      expect(await list()).toHaveLength(1);
    });

    test("D1: nobody ends another's device", async () => {
      const [ada, eve] = [await newPerson(world), await newPerson(world)];
      const { body } = await ada.browser.ask("/api/v1/account/devices");
      const [device] = body.devices as { id: string }[];
      expect(await codeOf(eve.browser, `devices/${device?.id ?? ""}/end`, {})).toBe("not_found");
      expect(await whoIs(ada.browser)).not.toBeNull();
    });

    test("a deleted account leaves nothing, and its email may sign up anew", async () => {
      const person = await newPerson(world);
      const other = await secondBrowser(world, person);
      const { email, browser } = person;
      const id = (await whoIs(browser))?.id ?? "";
      expect(await codeOf(browser, "delete", { email: freshEmail() })).toBe("bad_request");
      expect(await whoIs(browser)).not.toBeNull();
      expect(await codeOf(browser, "delete", { email })).toBeUndefined();
      expect(world.forgotten).toContain(id);
      expect([await whoIs(browser), await whoIs(other)]).toEqual([null, null]);
      for (const table of ["account_identity", "account_session", "account_link"] as const) {
        const rows = await world.db.kysely
          .selectFrom(table)
          .select("user_id")
          .where("user_id", "=", id)
          .execute();
        expect(rows).toEqual([]);
      }
      expect(await codeOf(browser, "sign-in", { email, password })).toBe("wrong_credentials");
      expect(await codeOf(browser, "sign-up", { email, password })).toBeUndefined();
      expect((await whoIs(browser))?.id).not.toBe(id);
    });

    test("an account stays when what hangs on it cannot be erased", async () => {
      const failing = await createWorld(world.db, {
        erase: () => Promise.reject(new Error("no erasing today")),
      });
      const { email, browser } = await newPerson(failing);
      expect(await codeOf(browser, "delete", { email })).toBe("internal");
      expect(await whoIs(browser)).not.toBeNull();
      expect(failing.forgotten).toEqual([]);
    });

    test("nobody can ask for a link by mail", async () => {
      const { email } = await newPerson(world);
      expect(await codeOf(world.browser(), "forgot", { email })).toBe("not_found");
    });
  });

  describe("with mail", () => {
    let world: World;
    beforeAll(async () => {
      world = await createWorld(await open(), { mail: true });
    });

    test("a sign-up counts once its link was followed, and following signs nobody in", async () => {
      const email = freshEmail();
      const browser = world.browser();
      const answer = await browser.ask("/api/v1/account/sign-up", { email, password });
      expect(answer.body).toEqual({ next: "check_mail" });
      expect(await codeOf(browser, "sign-in", { email, password })).toBe("wrong_credentials");
      const token = await world.linkToken();
      expect(world.mails.at(-1)).toMatchObject({ to: email });
      const link = `http://pycafe.localhost:8080/verify-email#token=${token}`;
      expect(world.mails.at(-1)?.text).toContain(link);
      expect(await codeOf(browser, "verify-email", { token })).toBeUndefined();
      expect(await whoIs(browser)).toBeNull();
      expect(await codeOf(browser, "sign-in", { email, password })).toBeUndefined();
      expect(await whoIs(browser)).toMatchObject({ email });
    });

    test("a mail server that does not answer does not hold up the end of the server", async () => {
      const slow = await createWorld(world.db, { mail: true, slowMail: true });
      const { email } = await newPerson(world);
      expect(await codeOf(slow.browser(), "forgot", { email })).toBeUndefined();
      await expect.poll(() => slow.mails).toHaveLength(1);
      await slow.accounts.close();
    });

    test("a new password by mail ends every sign-in", async () => {
      const { email, browser } = await newPerson(world);
      expect(await codeOf(world.browser(), "forgot", { email })).toBeUndefined();
      const token = await world.linkToken();
      const stranger = world.browser();
      const common = { token, password: "password123" };
      expect(await codeOf(stranger, "reset", common)).toBe("password_refused");
      const next = "Difference Engine";
      expect(await codeOf(stranger, "reset", { token, password: next })).toBeUndefined();
      expect(await whoIs(browser)).toBeNull();
      expect(await codeOf(browser, "sign-in", { email, password })).toBe("wrong_credentials");
      expect(await codeOf(browser, "sign-in", { email, password: next })).toBeUndefined();
      expect(await actionsOf(world, browser)).toContain("account.password_reset");
    });

    test("another email counts once its link was followed, and the old one hears of it", async () => {
      const person = await newPerson(world);
      const other = await secondBrowser(world, person);
      const email = freshEmail();
      const answer = await person.browser.ask("/api/v1/account/email", { email });
      expect(answer.body).toEqual({ next: "check_mail" });
      const token = await world.linkToken();
      expect(world.mails.slice(-2).map(({ to }) => to)).toEqual([person.email, email]);
      expect(world.mails.at(-2)?.text).not.toContain(token);
      expect(world.mails.at(-2)?.text).not.toContain(email);
      expect(await whoIs(person.browser)).toMatchObject({ email: person.email });
      expect(await codeOf(person.browser, "verify-email", { token })).toBeUndefined();
      expect(await whoIs(person.browser)).toMatchObject({ email });
      expect(await whoIs(other)).toBeNull();
      await world.accounts.settled();
      expect(world.mails.at(-1)?.to).toBe(person.email);
      // This browser is still a known one, whatever others try.
      for (let address = 0; address < 25; address += 1) {
        await codeOf(world.browser(), "sign-in", { email, password: "guess guess" });
      }
      await codeOf(person.browser, "sign-out", {});
      expect(await codeOf(world.browser(), "sign-in", { email, password })).toBe("rate_limited");
      expect(await codeOf(person.browser, "sign-in", { email, password })).toBeUndefined();
    });

    test("a change of the password makes void what was sent before", async () => {
      const { email, browser } = await newPerson(world);
      await codeOf(browser, "forgot", { email });
      const token = await world.linkToken();
      const change = { current: password, next: "Difference Engine" };
      expect(await codeOf(browser, "password", change)).toBeUndefined();
      const reset = { token, password: "Jacquard Loom" };
      expect(await codeOf(browser, "reset", reset)).toBe("link_expired");
    });
  });
});
