import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { type Authenticator, createAuthenticator } from "../testing/authenticator.ts";
import { type Browser, lateBody } from "../testing/browser.ts";
import { actionsOf, codeOf, isFresh, newPerson, secondBrowser, whoIs } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";
import { lockAccount } from "../users/store.ts";
import { deletePasskeys } from "./store.ts";

const minute = 60_000;

async function optionsOf(browser: Browser, which: "register" | "sign-in") {
  return (await browser.ask(`/api/v1/account/passkeys/${which}-options`, {})).body;
}

async function register(browser: Browser): Promise<Authenticator> {
  const authenticator = await createAuthenticator();
  const made = await authenticator.create(await optionsOf(browser, "register"));
  expect(await codeOf(browser, "passkeys/register", made)).toBeUndefined();
  return authenticator;
}

describeDatabases("passkeys", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open());
  });
  const listOf = async (browser: Browser) =>
    (await browser.ask("/api/v1/account/passkeys")).body.passkeys as { id: string; name: string }[];

  test("a passkey signs in by itself, without an email", async () => {
    const { email, browser } = await newPerson(world);
    const authenticator = await register(browser);
    expect(await whoIs(browser)).toMatchObject({ passkeys: 1 });
    expect(await listOf(browser)).toMatchObject([{ name: "Firefox on Linux" }]);
    expect(await actionsOf(world, browser)).toContain("account.passkey_added");

    const other = world.browser();
    const options = await optionsOf(other, "sign-in");
    expect(options).toMatchObject({ rpId: "pycafe.localhost", userVerification: "required" });
    expect(options).not.toHaveProperty("allowCredentials");
    expect(
      await codeOf(other, "passkeys/sign-in", await authenticator.get(options)),
    ).toBeUndefined();
    expect(await whoIs(other)).toMatchObject({ email });
    expect(await isFresh(other)).toBe(true);
    expect(other.jar.has("__Host-portafilter.session_token")).toBe(false);
  });

  test("challenges that nobody came back with do not pile up", async () => {
    const { kysely } = world.db;
    const count = async () =>
      (await kysely.selectFrom("account_challenge").select("id").execute()).length;
    await optionsOf(world.browser(), "sign-in");
    expect(await count()).toBeGreaterThan(0);
    await kysely
      .updateTable("account_challenge")
      .set({ expires_at: new Date(0) })
      .execute();
    for (let n = 0; n < 3; n += 1) await optionsOf(world.browser(), "sign-in");
    expect(await count()).toBe(3);
  });

  test("a passkey makes a sign-in fresh again, with another token", async () => {
    const { browser } = await newPerson(world);
    const authenticator = await register(browser);
    world.pass(11 * minute);
    expect(await isFresh(browser)).toBe(false);
    expect((await browser.ask("/api/v1/account/passkeys/register-options", {})).code).toBe(
      "confirm_needed",
    );
    const old = browser.token();
    const proof = await authenticator.get(await optionsOf(browser, "sign-in"));
    expect(await codeOf(browser, "passkeys/sign-in", proof)).toBeUndefined();
    expect(await isFresh(browser)).toBe(true);
    expect(browser.token()).not.toBe(old);
    expect((await actionsOf(world, browser))[0]).toBe("session.confirmed");
    const { body } = await browser.ask("/api/v1/account/devices");
    expect(body.devices).toHaveLength(1);
  });

  test("a deleted passkey signs nobody in, and nobody deletes another's", async () => {
    const [ada, eve] = [await newPerson(world), await newPerson(world)];
    const authenticator = await register(ada.browser);
    const [passkey] = await listOf(ada.browser);
    const address = `/api/v1/account/passkeys/${passkey?.id ?? ""}`;
    expect((await eve.browser.remove(address)).code).toBe("not_found");
    expect((await ada.browser.remove(address)).code).toBeUndefined();
    expect(await listOf(ada.browser)).toEqual([]);
    const other = world.browser();
    const proof = await authenticator.get(await optionsOf(other, "sign-in"));
    expect(await codeOf(other, "passkeys/sign-in", proof)).toBe("passkey_refused");
    expect(await actionsOf(world, ada.browser)).toContain("account.passkey_removed");
  });

  describe("attacks", () => {
    test("a new password by a link removes every passkey, whoever added it", async () => {
      const mailed = await createWorld(world.db, { mail: true });
      const { email, browser } = await newPerson(mailed);
      const eves = [await register(browser), await register(browser)];
      expect(await codeOf(mailed.browser(), "forgot", { email })).toBeUndefined();
      const token = await mailed.linkToken(email);
      expect(mailed.mails.at(-1)?.text).toContain("removes the account's passkeys");
      const reset = { token, password: "Difference Engine" };
      expect(await codeOf(mailed.browser(), "reset", reset)).toBeUndefined();
      for (const eve of eves) {
        const other = mailed.browser();
        const proof = await eve.get(await optionsOf(other, "sign-in"));
        expect(await codeOf(other, "passkeys/sign-in", proof)).toBe("passkey_refused");
      }
      const ada = mailed.browser();
      const signIn = { email, password: "Difference Engine" };
      expect(await codeOf(ada, "sign-in", signIn)).toBeUndefined();
      expect(await whoIs(ada)).toMatchObject({ passkeys: 0 });
      const removed = (await actionsOf(mailed, ada)).filter((one) => one.endsWith("key_removed"));
      expect(removed).toHaveLength(2);
    });

    test("none is added by a sign-in that ended while the request was under way", async () => {
      const ada = await newPerson(world);
      const thief = await secondBrowser(world, ada);
      const authenticator = await createAuthenticator();
      const made = await authenticator.create(await optionsOf(thief, "register"));
      const late = lateBody(made, async () => {
        expect(await codeOf(ada.browser, "devices/end-others", {})).toBeUndefined();
      });
      expect(await codeOf(thief, "passkeys/register", late)).toBe("signed_out");
      expect(await listOf(ada.browser)).toEqual([]);
    });

    test("one that is removed while its proof is looked at signs nobody in", async () => {
      const { browser } = await newPerson(world);
      const authenticator = await register(browser);
      const userId = (await whoIs(browser))?.id ?? "";
      const other = world.browser();
      const proof = await authenticator.get(await optionsOf(other, "sign-in"));
      const removed = Promise.withResolvers<undefined>();
      const held = world.db.transaction(async (tx) => {
        await lockAccount(tx, userId);
        await removed.promise;
        await deletePasskeys(tx, userId);
      });
      const code = codeOf(other, "passkeys/sign-in", proof);
      await sleep(300);
      removed.resolve(undefined);
      await held;
      expect(await code).toBe("passkey_refused");
      expect(await whoIs(other)).toBeNull();
    });

    test("D7: a proof is used once, also by fifty at once", async () => {
      const { browser } = await newPerson(world);
      const authenticator = await register(browser);
      const other = world.browser();
      const options = await optionsOf(other, "sign-in");
      const proof = await authenticator.get(options);
      const jar = [...other.jar];
      const codes = await Promise.all(
        Array.from({ length: 50 }, () => {
          const racer = world.browser();
          for (const [name, value] of jar) racer.jar.set(name, value);
          return codeOf(racer, "passkeys/sign-in", proof);
        }),
      );
      expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    });

    test("a challenge of another browser, of another kind, or none is refused", async () => {
      const { browser } = await newPerson(world);
      const authenticator = await register(browser);
      const [one, two] = [world.browser(), world.browser()];
      const proof = await authenticator.get(await optionsOf(one, "sign-in"));
      await optionsOf(two, "sign-in");
      expect(await codeOf(two, "passkeys/sign-in", proof)).toBe("passkey_refused");
      expect(await codeOf(world.browser(), "passkeys/sign-in", proof)).toBe("passkey_refused");
      const other = await authenticator.get(await optionsOf(browser, "register"));
      expect(await codeOf(browser, "passkeys/sign-in", other)).toBe("passkey_refused");
    });

    test.each([
      ["another origin", { origin: "http://evil.pycafe.localhost:8080" }],
      ["another port", { origin: "http://pycafe.localhost:8081" }],
      ["another relying party", { rpId: "localhost" }],
      ["no check of who it is", { isVerified: false }],
      ["another ceremony", { type: "webauthn.create" }],
    ])("a proof with %s is refused", async (_name, wanted) => {
      const { browser } = await newPerson(world);
      const authenticator = await register(browser);
      const other = world.browser();
      const proof = await authenticator.get(await optionsOf(other, "sign-in"), wanted);
      expect(await codeOf(other, "passkeys/sign-in", proof)).toBe("passkey_refused");
      expect(await whoIs(other)).toBeNull();
    });

    test("a copy of a passkey that is behind is refused", async () => {
      const { browser } = await newPerson(world);
      const authenticator = await register(browser);
      const other = world.browser();
      authenticator.rewind(0);
      const proof = await authenticator.get(await optionsOf(other, "sign-in"));
      expect(await codeOf(other, "passkeys/sign-in", proof)).toBe("passkey_refused");
    });

    test("a changed signature is refused", async () => {
      const { browser } = await newPerson(world);
      const authenticator = await register(browser);
      const stranger = await createAuthenticator();
      const other = world.browser();
      const options = await optionsOf(other, "sign-in");
      const proof = await authenticator.get(options);
      const forged = await stranger.get(options);
      const mixed = { ...forged, id: proof.id, rawId: proof.rawId };
      expect(await codeOf(other, "passkeys/sign-in", mixed)).toBe("passkey_refused");
    });

    test("one may not be registered for another account, by a challenge of it", async () => {
      const [ada, eve] = [await newPerson(world), await newPerson(world)];
      const authenticator = await createAuthenticator();
      const made = await authenticator.create(await optionsOf(ada.browser, "register"));
      for (const [name, value] of ada.browser.jar) {
        if (name.endsWith(".passkey")) eve.browser.jar.set(name, value);
      }
      expect(await codeOf(eve.browser, "passkeys/register", made)).toBe("passkey_refused");
      expect([await listOf(ada.browser), await listOf(eve.browser)]).toEqual([[], []]);
    });

    test("one without a check of who it is may not be registered", async () => {
      const { browser } = await newPerson(world);
      const authenticator = await createAuthenticator();
      const options = await optionsOf(browser, "register");
      const made = await authenticator.create(options, { isVerified: false });
      expect(await codeOf(browser, "passkeys/register", made)).toBe("passkey_refused");
    });

    test("one that is registered already stays with its account", async () => {
      const [ada, eve] = [await newPerson(world), await newPerson(world)];
      const authenticator = await register(ada.browser);
      const made = await authenticator.create(await optionsOf(eve.browser, "register"));
      expect(await codeOf(eve.browser, "passkeys/register", made)).toBe("passkey_refused");
      expect(await listOf(eve.browser)).toEqual([]);
    });

    test("challenges are stored hashed", async () => {
      const browser = world.browser();
      await optionsOf(browser, "sign-in");
      const [cookie = ""] = (browser.jar.get("__Host-portafilter.passkey") ?? "").split(".");
      expect(cookie).not.toBe("");
      const rows = await world.db.kysely.selectFrom("account_challenge").selectAll().execute();
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain(decodeURIComponent(cookie));
    });
  });
});
