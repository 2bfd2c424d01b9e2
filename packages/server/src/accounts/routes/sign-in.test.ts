import { hash } from "@node-rs/argon2";
import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { createPasswords } from "../passwords/passwords.ts";
import type { Browser } from "../testing/browser.ts";
import { codeOf, freshEmail, newPerson, type Person, password, whoIs } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";
import * as users from "../users/store.ts";

describeDatabases("signing in", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open(), { argon2: true });
  });

  /** What the account's own list says of sign-ins that were refused, by their devices. */
  async function refusals(browser: Browser) {
    await world.accounts.settled();
    const { entries } = await world.audit.page((await whoIs(browser))?.id ?? "", null);
    return entries.filter(({ action }) => action === "session.refused").map(({ device }) => device);
  }

  test("a wrong password is in the list of the account that it was tried at, with the device, and in no other", async () => {
    const [ada, bob] = [await newPerson(world), await newPerson(world)];
    const eve = world.browser();
    const guess = { email: ada.email, password: "guess guess" };
    const onPhone = { "user-agent": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0" };
    const { code } = await eve.ask("/api/v1/account/sign-in", guess, onPhone);
    expect(code).toBe("wrong_credentials");
    expect(await codeOf(eve, "sign-in", { ...guess, email: freshEmail() })).toBe(code);
    expect(await codeOf(eve, "sign-in", { email: ada.email, password })).toBeUndefined();
    expect(await refusals(ada.browser)).toEqual(["Firefox on Android"]);
    expect(await refusals(bob.browser)).toEqual([]);
  });

  const stored = async ({ email }: Person) =>
    (await users.findByEmail(world.db.kysely, email))?.password ?? "";

  /** Somebody whose password was hashed when less work was thought to be enough. */
  async function ofOldTimes(text: string): Promise<Person> {
    const person = await newPerson(world);
    const old = await hash(text, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    const id = (await whoIs(person.browser))?.id ?? "";
    await users.setPassword(world.db.kysely, id, crypto.randomUUID(), old, new Date());
    expect(await stored(person)).toBe(old);
    return { ...person, password: text };
  }

  test("an old hash is renewed by the right password, once, and by no other", async () => {
    const person = await ofOldTimes("Difference Engine");
    const { email, browser } = person;
    const { isOutdated } = createPasswords();
    const right = { email, password: person.password };
    const old = await stored(person);
    expect(await codeOf(browser, "sign-in", { email, password })).toBe("wrong_credentials");
    expect(await stored(person)).toBe(old);
    expect(await codeOf(browser, "sign-in", right)).toBeUndefined();
    const renewed = await stored(person);
    expect([isOutdated(old), isOutdated(renewed)]).toEqual([true, false]);
    expect(await codeOf(browser, "sign-in", { email, password })).toBe("wrong_credentials");
    expect(await codeOf(browser, "sign-in", right)).toBeUndefined();
    expect(await stored(person)).toBe(renewed);
  });

  test("a password that nobody may choose any more opens its account, by its old hash", async () => {
    const person = await ofOldTimes("iloveyou1");
    const old = await stored(person);
    const right = { email: person.email, password: person.password };
    for (let time = 0; time < 2; time += 1) {
      expect(await codeOf(world.browser(), "sign-in", right)).toBeUndefined();
      expect(await stored(person)).toBe(old);
    }
  });
});
