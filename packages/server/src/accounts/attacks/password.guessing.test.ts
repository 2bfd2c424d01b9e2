import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { codeOf, freshEmail, newPerson, password } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

describeDatabases("D6: guessing passwords", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open());
  });

  test("five wrong ones, then it must wait, however the email is written", async () => {
    const { email } = await newPerson(world);
    const eve = world.browser();
    const spellings = [email, email.toUpperCase(), ` ${email}`, `${email} `, email];
    for (const spelling of spellings) {
      const guess = { email: spelling, password: "wrong password" };
      expect(await codeOf(eve, "sign-in", guess)).toBe("wrong_credentials");
    }
    for (const right of [email, email.toUpperCase()]) {
      const answer = await eve.ask("/api/v1/account/sign-in", { email: right, password });
      expect(answer.code).toBe("rate_limited");
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
  });

  test("unknown accounts are counted as known ones are", async () => {
    const email = freshEmail();
    const eve = world.browser();
    const codes = [];
    for (let guess = 0; guess < 6; guess += 1) {
      codes.push(await codeOf(eve, "sign-in", { email, password: "wrong password" }));
    }
    expect(codes).toEqual([...Array<string>(5).fill("wrong_credentials"), "rate_limited"]);
  });

  test("a hundred at once get no more guesses than one after the other", async () => {
    const { email } = await newPerson(world);
    const before = world.worked();
    const eve = world.browser();
    const codes = await Promise.all(
      Array.from({ length: 100 }, () => codeOf(eve, "sign-in", { email, password: "guess guess" })),
    );
    expect(codes.filter((code) => code === "wrong_credentials")).toHaveLength(5);
    expect(world.worked() - before).toBe(5);
  });

  test("other addresses get a few more guesses, together; a known device still gets in", async () => {
    const person = await newPerson(world);
    const { email } = person;
    const elsewhere = world.browser();
    let guesses = 0;
    for (let address = 0; address < 30; address += 1) {
      const code = await codeOf(world.browser(), "sign-in", { email, password: "guess guess" });
      if (code === "wrong_credentials") guesses += 1;
    }
    expect(guesses).toBeLessThanOrEqual(20);
    expect(await codeOf(elsewhere, "sign-in", { email, password })).toBe("rate_limited");
    await codeOf(person.browser, "sign-out", {});
    expect(await codeOf(person.browser, "sign-in", { email, password })).toBeUndefined();
  });

  test("the cookie of a known device is for one account, and cannot be made", async () => {
    const [ada, eve] = [await newPerson(world), await newPerson(world)];
    const name = "__Host-portafilter.device";
    for (let address = 0; address < 30; address += 1) {
      await codeOf(world.browser(), "sign-in", { email: ada.email, password: "guess guess" });
    }
    const value = ada.browser.jar.get(name) ?? "";
    const forged = `${value.slice(0, -1)}${value.endsWith("A") ? "B" : "A"}`;
    for (const cookie of [eve.browser.jar.get(name) ?? "", forged, `${value}.x`, "x.y", ""]) {
      const stranger = world.browser();
      stranger.jar.set(name, cookie);
      const code = await codeOf(stranger, "sign-in", { email: ada.email, password });
      expect(code).toBe("rate_limited");
    }
  });

  test("whoever takes a known device's cookies along gets no more guesses from new addresses", async () => {
    const { email, browser } = await newPerson(world);
    const guesses = async (path: string, guess: Record<string, string>) => {
      let made = 0;
      for (let address = 0; address < 20; address += 1) {
        const eve = world.browser();
        for (const [name, value] of browser.jar) eve.jar.set(name, value);
        if ((await codeOf(eve, path, guess)) === "wrong_credentials") made += 1;
      }
      return made;
    };
    expect(await guesses("sign-in", { email, password: "guess guess" })).toBe(5);
    expect(await guesses("confirm", { password: "guess guess" })).toBe(5);
  });

  test("IPv6 addresses of one network are one address; what a client forwards is not believed", async () => {
    const { email } = await newPerson(world);
    const codes = [];
    for (let host = 1; host <= 6; host += 1) {
      const eve = world.browser(`6.6.6.${String(host)}, 2001:db8:1:2::${String(host)}`);
      codes.push(await codeOf(eve, "sign-in", { email, password: "guess guess" }));
    }
    expect(codes.at(-1)).toBe("rate_limited");
  });

  test("whoever asks for another's reset mails uses up their own, not the owner's", async () => {
    const mailed = await createWorld(world.db, { mail: true });
    const { email } = await newPerson(mailed);
    const eve = mailed.browser();
    const codes = [];
    for (let ask = 0; ask < 5; ask += 1) codes.push(await codeOf(eve, "forgot", { email }));
    expect(codes.slice(3)).toEqual(["rate_limited", "rate_limited"]);
    expect(await codeOf(mailed.browser(), "forgot", { email })).toBeUndefined();
    expect(await mailed.linkToken(email)).not.toBe("");
  });

  test("a right password lets its address start anew", async () => {
    const { email } = await newPerson(world);
    const ada = world.browser();
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 0; guess < 3; guess += 1) {
        const wrong = { email, password: "typed badly" };
        expect(await codeOf(ada, "sign-in", wrong)).toBe("wrong_credentials");
      }
      expect(await codeOf(ada, "sign-in", { email, password })).toBeUndefined();
    }
  });

  test("confirming is guessing too", async () => {
    const { browser } = await newPerson(world);
    const codes = [];
    for (let guess = 0; guess < 6; guess += 1) {
      codes.push(await codeOf(browser, "confirm", { password: "guess guess" }));
    }
    expect(codes.at(-1)).toBe("rate_limited");
  });
});
