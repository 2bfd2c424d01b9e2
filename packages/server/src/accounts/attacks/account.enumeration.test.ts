import { describe, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import type { Browser } from "../testing/browser.ts";
import { codeOf, freshEmail, newPerson, password } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

/** What somebody learns from an answer, and how much work it took. */
async function seen(world: World, path: string, body: Record<string, string>) {
  const before = world.worked();
  const answer = await world.browser().ask(`/api/v1/account/${path}`, body);
  const { status, headers } = answer;
  return {
    status,
    body: answer.body,
    headers: [...headers].filter(([name]) => name !== "date"),
    worked: world.worked() - before,
  };
}

describeDatabases("D5: is there an account with this email?", (open) => {
  describe("with mail", () => {
    test("no answer tells, nor how much work it takes", async () => {
      const world = await createWorld(await open(), { mail: true });
      const warm = world.browser();
      await codeOf(warm, "sign-in", { email: freshEmail(), password: "wrong" });
      for (const [path, rest] of [
        ["sign-in", { password: "wrong password" }],
        ["sign-up", { password }],
        ["sign-up", { password: "short" }],
        ["forgot", {}],
      ] as const) {
        const known = (await newPerson(world)).email;
        const one = await seen(world, path, { email: known, ...rest });
        const two = await seen(world, path, { email: freshEmail(), ...rest });
        expect(one).toEqual(two);
      }
      await world.accounts.settled();
    });

    test("who has the address hears of a second sign-up, and the password stays", async () => {
      const world = await createWorld(await open(), { mail: true });
      const { email } = await newPerson(world);
      const next = "Difference Engine";
      expect(await codeOf(world.browser(), "sign-up", { email, password: next })).toBeUndefined();
      expect(await world.linkToken()).toBe("");
      expect(world.mails.at(-1)).toMatchObject({ to: email });
      expect(world.mails.at(-1)?.text).toContain("It has one already");
      const stranger = world.browser();
      expect(await codeOf(stranger, "sign-in", { email, password: next })).toBe(
        "wrong_credentials",
      );
      expect(await codeOf(stranger, "sign-in", { email, password })).toBeUndefined();
    });

    test("a change of email tells nothing of who has the new one", async () => {
      const world = await createWorld(await open(), { mail: true });
      const [ada, eve] = [await newPerson(world), await newPerson(world)];
      const change = async (browser: Browser, email: string) =>
        (await browser.ask("/api/v1/account/email", { email })).body;
      expect(await change(eve.browser, ada.email)).toEqual(await change(eve.browser, freshEmail()));
    });
  });

  test("an account without a password takes as much work as none", async () => {
    const world = await createWorld(await open());
    const { email } = await newPerson(world);
    await seen(world, "sign-in", { email: freshEmail(), password: "x" });
    await world.db.kysely.updateTable("account_identity").set({ password: null }).execute();
    const one = await seen(world, "sign-in", { email, password: "wrong password" });
    const two = await seen(world, "sign-in", { email: freshEmail(), password: "wrong password" });
    expect(one).toEqual(two);
    expect(one.worked).toBe(1);
  });
});
