import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../../db/database.ts";
import { describeDatabases } from "../../db/testing.ts";
import type { Answer, Browser } from "../testing/browser.ts";
import { codeOf, freshEmail, newPerson, password } from "../testing/person.ts";
import { createWorld, type World } from "../testing/world.ts";

/** Everybody else was busy: so many more of everything that was counted so far. */
const busy = (db: Database, more: number) =>
  sql`update rate_limits set attempts = attempts + ${more}::int4`.execute(db.kysely);

/** Moves the clock, by moving everything that was counted into the past. */
const later = (db: Database, minutes: number) =>
  sql`update rate_limits set
    blocked_until = blocked_until - make_interval(secs => ${minutes * 60}::float8),
    expires_at = expires_at - make_interval(secs => ${minutes * 60}::float8)`.execute(db.kysely);

/** Asks from ever new addresses and for ever new accounts, so that only everybody's limit can refuse it. */
type Ask = (browser: Browser) => Promise<Answer>;

/**
 * Fills everybody's counter: the first and the last two that go through, the next ones on two servers, and
 * those a minute before and after the end of the span.
 */
async function flood(
  [world, other]: readonly [World, World],
  { most, minutes, ask }: { most: number; minutes: number; ask: Ask },
  meanwhile = () => Promise.resolve(),
) {
  const { db } = world;
  const through = [await ask(world.browser("192.0.2.1"))];
  await busy(db, most - 3);
  through.push(await ask(world.browser("192.0.2.2")), await ask(other.browser("192.0.2.7")));
  const refused = [await ask(world.browser("192.0.2.3")), await ask(other.browser("192.0.2.4"))];
  await meanwhile();
  await later(db, minutes - 1);
  refused.push(await ask(world.browser("192.0.2.5")));
  await later(db, 2);
  through.push(await ask(world.browser("192.0.2.6")));
  for (const { status, code, headers } of refused) {
    expect([status, code]).toEqual([429, "rate_limited"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  return through.map(({ code }) => code);
}

/** Two servers over one database, in which nothing was counted yet. */
async function twoServers(db: Database, wanted: { mail?: boolean } = {}) {
  return [await createWorld(db, wanted), await createWorld(db, wanted)] as const;
}

describeDatabases("D6: what all together may ask for", (open) => {
  test("3000 attempts in a quarter of an hour; browsers that are known still get in", async () => {
    const servers = await twoServers(await open());
    const [world] = servers;
    const { email, browser } = await newPerson(world);
    const ask: Ask = (browser) =>
      browser.ask("/api/v1/account/sign-in", { email: freshEmail(), password: "guess guess" });
    const codes = await flood(servers, { most: 3000, minutes: 15, ask }, async () => {
      expect(await codeOf(world.browser(), "sign-in", { email, password })).toBe("rate_limited");
      expect(await codeOf(browser, "sign-in", { email, password })).toBeUndefined();
    });
    expect(codes).toEqual(Array(4).fill("wrong_credentials"));
  });

  test("1000 mails in an hour", async () => {
    const servers = await twoServers(await open(), { mail: true });
    const ask: Ask = (browser) => browser.ask("/api/v1/account/forgot", { email: freshEmail() });
    expect(await flood(servers, { most: 1000, minutes: 60, ask })).toEqual(
      Array(4).fill(undefined),
    );
  });

  test("2000 emails taken without mail in an hour", async () => {
    const servers = await twoServers(await open());
    const ask: Ask = (browser) =>
      browser.ask("/api/v1/account/sign-up", { email: freshEmail(), password });
    expect(await flood(servers, { most: 2000, minutes: 60, ask })).toEqual(
      Array(4).fill(undefined),
    );
  });
});
