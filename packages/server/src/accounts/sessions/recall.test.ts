import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../../db/testing.ts";
import { cookies } from "../cookie.ts";
import { codeOf, newPerson } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

const asking = (token: string | undefined) =>
  new Headers({ cookie: `${cookies.session}=${token ?? ""}` });

describeDatabases("sessions that are remembered", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open());
  });
  const recall = (token: string | undefined) => world.accounts.sessions.recall(asking(token));
  const look = (token: string | undefined) => world.accounts.sessions.of(asking(token));

  test("are those that were found, as they were found, and nobody else", async () => {
    const { browser } = await newPerson(world);
    expect(recall(browser.token())).toBeNull();
    const found = await look(browser.token());
    expect(recall(browser.token())).toMatchObject(found ?? {});
    expect(recall("A".repeat(43))).toBeNull();
    expect(recall("no token")).toBeNull();
    const twice = `${cookies.session}=${browser.token() ?? ""}`;
    expect(
      world.accounts.sessions.recall(new Headers({ cookie: `${twice}; ${twice}` })),
    ).toBeNull();
  });

  test("hold nothing of the token but its hash", async () => {
    const { browser } = await newPerson(world);
    await look(browser.token());
    const told = JSON.stringify(recall(browser.token()));
    expect(told).toContain("tokenHash");
    expect(told).not.toContain(browser.token());
  });

  test("are looked up again once an hour, and not remembered beyond their age", async () => {
    const { browser } = await newPerson(world);
    await look(browser.token());
    world.pass(59 * minute);
    expect(recall(browser.token())).not.toBeNull();
    world.pass(2 * minute);
    expect(recall(browser.token())).toBeNull();
    for (let days = 0; days < 75; days += 25) {
      world.pass(25 * day);
      await look(browser.token());
    }
    world.pass(15 * day - 63 * minute);
    // Twice: the first time writes that it is used, the second sees that.
    for (let n = 0; n < 2; n += 1) expect(await look(browser.token())).not.toBeNull();
    expect(recall(browser.token())).not.toBeNull();
    world.pass(3 * minute);
    expect(recall(browser.token())).toBeNull();
  });

  test("are forgotten once they were refused", async () => {
    const { browser } = await newPerson(world);
    await look(browser.token());
    expect(recall(browser.token())?.unconfirmed?.refuse()).toMatchObject({ code: "signed_out" });
    expect(recall(browser.token())).toBeNull();
    expect(await look(browser.token())).not.toBeNull();
  });

  test("are forgotten once they are not found", async () => {
    const { browser } = await newPerson(world);
    await look(browser.token());
    await world.db.kysely.deleteFrom("account_session").execute();
    expect(recall(browser.token())).not.toBeNull();
    expect(await look(browser.token())).toBeNull();
    expect(recall(browser.token())).toBeNull();
  });

  test("a confirmation's token is remembered when it was used, by then as the only one", async () => {
    const { browser, password } = await newPerson(world);
    const before = browser.token();
    await look(before);
    expect(await codeOf(browser, "confirm", { password })).toBeUndefined();
    expect(recall(browser.token())).toBeNull();
    expect(await look(browser.token())).toMatchObject({ isFresh: true });
    expect(recall(browser.token())).not.toBeNull();
    expect(await look(before)).toBeNull();
  });
});
