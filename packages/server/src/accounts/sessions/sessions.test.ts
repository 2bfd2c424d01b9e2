import { limits } from "@portafilter/protocol";
import { beforeAll, expect, test } from "vitest";
import { counting } from "../../db/testing/counting.ts";
import { describeDatabases } from "../../db/testing.ts";
import { cookies } from "../cookie.ts";
import { actionsOf, codeOf, isFresh, newPerson, secondBrowser, whoIs } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

describeDatabases("sessions", (open) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(await open());
  });
  const rowsOf = async (email: string) =>
    world.db.kysely
      .selectFrom("account_session")
      .innerJoin("account", "account.id", "account_session.user_id")
      .selectAll("account_session")
      .where("account.email", "=", email)
      .execute();

  test("the database holds a hash of the token, which is no token itself", async () => {
    const { email, browser } = await newPerson(world);
    const token = browser.token() ?? "";
    const [row] = await rowsOf(email);
    const stored = Buffer.from(row?.token_hash ?? []);
    const everything = JSON.stringify(row) + stored.toString("latin1");
    expect(everything).not.toContain(token);
    expect(stored.includes(Buffer.from(token, "base64url"))).toBe(false);
    for (const forged of [stored.toString("base64url"), stored.toString("hex"), row?.id ?? ""]) {
      const eve = world.browser();
      eve.jar.set(cookies.session, forged);
      expect(await whoIs(eve)).toBeNull();
    }
  });

  test("30 days without use end a session; use puts that off, written once an hour", async () => {
    const { email, browser } = await newPerson(world);
    world.pass(30 * minute);
    await whoIs(browser);
    const [first] = await rowsOf(email);
    expect(first?.seen_at).toEqual(first?.created_at);
    world.pass(29 * day);
    expect(await whoIs(browser)).not.toBeNull();
    const [second] = await rowsOf(email);
    expect(second?.seen_at).not.toEqual(first?.seen_at);
    world.pass(30 * day - minute);
    expect(await whoIs(browser)).not.toBeNull();
    world.pass(30 * day);
    expect(await whoIs(browser)).toBeNull();
  });

  test("90 days end a session, however much it is used", async () => {
    const { browser } = await newPerson(world);
    for (let days = 0; days < 85; days += 17) {
      world.pass(17 * day);
      expect(await whoIs(browser)).not.toBeNull();
    }
    world.pass(5 * day + minute);
    expect(await whoIs(browser)).toBeNull();
  });

  test("a confirmation does not make a session live longer", async () => {
    const { password, browser } = await newPerson(world);
    for (const days of [29, 29, 29]) {
      world.pass(days * day);
      expect(await codeOf(browser, "confirm", { password })).toBeUndefined();
    }
    world.pass(3 * day + minute);
    expect(await whoIs(browser)).toBeNull();
  });

  test("a sign-in is fresh for exactly as long as the limit says", async () => {
    const { browser } = await newPerson(world);
    world.pass(limits.freshness - 5_000);
    expect(await isFresh(browser)).toBe(true);
    world.pass(10_000);
    expect(await isFresh(browser)).toBe(false);
  });

  test("who is asking is found by one statement on an index", async () => {
    const { browser } = await newPerson(world);
    const { db } = world;
    const headers = new Headers({ cookie: `${cookies.session}=${browser.token() ?? ""}` });
    const counter = { statements: 0 };
    const { createSessions } = await import("./sessions.ts");
    const sessions = createSessions({
      db: { ...db, kysely: db.kysely.withPlugin(counting(() => (counter.statements += 1))) },
      audit: world.audit,
      events: world.events,
      now: Date.now,
    });
    world.pass(-world.passed());
    expect(await sessions.of(headers)).toMatchObject({ isFresh: true });
    expect(counter).toEqual({ statements: 1 });
    const { rows } = await db.kysely.executeQuery<Record<string, string>>({
      ...db.kysely.selectFrom("account_session").select("id").compile(),
      sql: `explain select id from account_session where token_hash = '\\x00'`,
      parameters: [],
    });
    expect(rows.map((row) => Object.values(row).join()).join()).toMatch(/Index/);
  });

  test("who ask at the same moment are each themselves, and nobody stays nobody", async () => {
    const [ada, bob] = [await newPerson(world), await newPerson(world)];
    const stranger = world.browser();
    stranger.jar.set(cookies.session, "A".repeat(43));
    const [adas, bobs] = [await whoIs(ada.browser), await whoIs(bob.browser)];
    const all = [ada.browser, bob.browser, stranger, bob.browser, ada.browser, world.browser()];
    const answers = await Promise.all(all.map(whoIs));
    expect(answers).toEqual([adas, bobs, null, bobs, adas, null]);
    expect(adas).not.toEqual(bobs);
  });

  test("an open page asks by the session's id: a confirmation ends it not, its end does", async () => {
    const { browser, password, email } = await newPerson(world);
    const { sessions } = world.accounts;
    const cookie = `${cookies.session}=${browser.token() ?? ""}`;
    const session = await sessions.of(new Headers({ cookie }));
    if (session === null) throw new Error("nobody is signed in");
    const eve = await newPerson(world);
    const eves = (await whoIs(eve.browser))?.id ?? "";
    expect(await codeOf(browser, "confirm", { password })).toBeUndefined();
    expect(await whoIs(browser)).not.toBeNull();
    expect(await sessions.of(new Headers({ cookie }))).toBeNull();
    expect(await sessions.lives(session)).toBe(true);
    expect(await sessions.lives({ ...session, userId: eves })).toBe(false);
    const [before] = await rowsOf(email);
    world.pass(29 * day);
    expect(await sessions.lives(session)).toBe(true);
    const [after] = await rowsOf(email);
    expect(after?.seen_at).not.toEqual(before?.seen_at);
    world.pass(29 * day);
    expect(await sessions.lives(session)).toBe(true);
    expect(await codeOf(browser, "sign-out", {})).toBeUndefined();
    expect(await sessions.lives(session)).toBe(false);
  });

  test("the hundred-and-first device takes the place of the one used longest ago", async () => {
    const person = await newPerson(world);
    world.pass(2_000);
    const userId = (await whoIs(person.browser))?.id ?? "";
    const at = new Date(Date.now() + world.passed());
    await world.db.kysely
      .insertInto("account_session")
      .values(
        Array.from({ length: 99 }, (_, index) => ({
          id: `${userId}-${String(index)}`,
          user_id: userId,
          token_hash: Buffer.from(`${userId} ${String(index)}`),
          next_hash: null,
          next_at: null,
          device: null,
          created_at: at,
          confirmed_at: at,
          seen_at: at,
        })),
      )
      .execute();
    const { body } = await person.browser.ask("/api/v1/account/devices");
    const devices = body.devices as { id: string; current: boolean }[];
    const told: string[] = [];
    for (const { id, current } of devices) {
      world.events.subscribe(userId, id, ({ type }) => {
        told.push(`${current ? "first" : "later"} ${type}`);
      });
    }
    world.pass(2_000);
    const last = await secondBrowser(world, person);
    expect(await whoIs(last)).not.toBeNull();
    expect(await whoIs(person.browser)).toBeNull();
    expect(await rowsOf(person.email)).toHaveLength(100);
    await expect.poll(() => told).toEqual(["first session.ended"]);
    const [newest, next] = await actionsOf(world, last);
    expect([newest, next]).toEqual(["session.started", "session.ended"]);
  });

  test("one that was over already is not said to end", async () => {
    const person = await newPerson(world);
    world.pass(31 * day);
    const later = await secondBrowser(world, person);
    expect(await rowsOf(person.email)).toHaveLength(1);
    expect((await actionsOf(world, later)).slice(0, 2)).toEqual([
      "session.started",
      "session.started",
    ]);
  });

  test("ended sessions are told of, to those alone", async () => {
    const person = await newPerson(world);
    const other = await secondBrowser(world, person);
    const { body } = await other.ask("/api/v1/account/devices");
    const devices = body.devices as { id: string; current: boolean }[];
    const user = await whoIs(other);
    const told: string[] = [];
    for (const { id, current } of devices) {
      world.events.subscribe(user?.id ?? "", id, ({ type }) => {
        told.push(`${current ? "current" : "other"} ${type}`);
      });
    }
    await codeOf(other, "devices/end-others", {});
    await expect.poll(() => told).toContain("other session.ended");
    expect(told).not.toContain("current session.ended");
  });
});
