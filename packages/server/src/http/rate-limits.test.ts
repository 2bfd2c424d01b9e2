import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { describeDatabases } from "../db/testing.ts";
import { limitKey } from "./limits/hash.ts";
import { sweep } from "./limits/store.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";

const key = limitKey("a secret of 32 bytes for tests only");
const made: RateLimits[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.close();
});
function limitsOn(db: Database): RateLimits {
  const limits = createRateLimits({ db, key });
  made.push(limits);
  return limits;
}
/** How many of these went through. */
async function passed(attempts: readonly Promise<void>[]): Promise<number> {
  const outcomes = await Promise.allSettled(attempts);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      expect(outcome.reason).toMatchObject({ code: "rate_limited" });
    }
  }
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}
async function inTurn(count: number, attempt: (n: number) => Promise<void>): Promise<number> {
  let through = 0;
  for (let n = 0; n < count; n += 1) through += await passed([attempt(n)]);
  return through;
}
/** Moves the clock, by moving everything that was counted into the past. */
const later = (db: Database, minutes: number) =>
  sql`update rate_limits set
    blocked_until = blocked_until - make_interval(secs => ${minutes * 60}::float8),
    expires_at = expires_at - make_interval(secs => ${minutes * 60}::float8)`.execute(db.kysely);
const address = (n: number) => `192.0.2.${n}`;
/** One of the networks of a /48, as `clientAddress` writes it. */
const subnet = (n: number) => `2001:db8:1:${n.toString(16)}::/64`;

describeDatabases("attempts at accounts (D6)", (open) => {
  test("100 at once, on two servers: five go through", async () => {
    const db = await open();
    const servers = [limitsOn(db), limitsOn(db)];
    const all = Array.from({ length: 50 }, () =>
      servers.map((limits) => limits.begin("ada@example.org", address(1), null)),
    );
    expect(await passed(all.flat())).toBe(5);
  });

  test("then one after each wait, which grows, is told, and is no longer for trying meanwhile", async () => {
    const db = await open();
    const limits = limitsOn(db);
    const attempt = () => limits.begin("ada@example.org", address(1), null);
    expect(await inTurn(8, attempt)).toBe(5);
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const refused: unknown = await attempt().catch((error: unknown) => error);
      const { retryAfter } = refused as { retryAfter: number };
      waits.push(Math.round(retryAfter / 30));
      await later(db, retryAfter / 60 - 0.2);
      expect(await inTurn(2, attempt)).toBe(0);
      await later(db, 0.2);
      expect(await inTurn(2, attempt)).toBe(1);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    await later(db, 31);
    expect(await inTurn(8, attempt)).toBe(5);
  });

  test("other spellings of an email are the same account", async () => {
    const limits = limitsOn(await open());
    const spellings = [
      "ada@example.org",
      "ADA@example.org",
      " ada@example.org",
      "ada@example.org\t",
    ];
    expect(await inTurn(12, (n) => limits.begin(spellings[n % 4] ?? "", address(1), null))).toBe(5);
  });

  test("from ever new addresses, an account stands 20 in an hour", async () => {
    const db = await open();
    const limits = limitsOn(db);
    const attempt = (n: number) => limits.begin("ada@example.org", address(n), null);
    expect(await inTurn(30, attempt)).toBe(20);
    await later(db, 61);
    expect(await inTurn(30, attempt)).toBe(20);
  });

  test("the owner's own browser still gets in, wherever it is", async () => {
    const limits = limitsOn(await open());
    await inTurn(30, (n) => limits.begin("ada@example.org", address(n), null));
    await limits.begin("ada@example.org", address(1), "d");
    await limits.begin("ada@example.org", address(99), "d");
    expect(await inTurn(8, (n) => limits.begin("ada@example.org", address(n), "d"))).toBe(3);
    await limits.begin("ada@example.org", address(1), "another of hers");
  });

  test("one address that goes through accounts is stopped at 60", async () => {
    const limits = limitsOn(await open());
    const attempt = (n: number) => limits.begin(`user${n}@example.org`, address(1), null);
    expect(await inTurn(70, attempt)).toBe(60);
    await limits.begin("user1@example.org", address(2), null);
  });

  test("what was right counts nowhere", async () => {
    const limits = limitsOn(await open());
    const right = async (n: number) => {
      await limits.begin(`user${n % 3}@example.org`, address(1), null);
      await limits.forgive(`user${n % 3}@example.org`, address(1), "d");
    };
    expect(await inTurn(70, right)).toBe(70);
    // Four wrong ones and a right one, again and again.
    expect(
      await inTurn(9, async (n) => {
        await limits.begin("ada@example.org", address(2), null);
        if (n === 4) await limits.forgive("ada@example.org", address(2), "d");
      }),
    ).toBe(9);
  });

  test("being right with one account buys no attempts at others", async () => {
    const limits = limitsOn(await open());
    let through = 0;
    for (let n = 0; n < 70; n += 1) {
      through += await passed([limits.begin(`user${n}@example.org`, address(1), null)]);
      await limits.begin("mallory@example.org", address(1), "d");
      await limits.forgive("mallory@example.org", address(1), "d");
    }
    expect(through).toBe(60);
  });

  test("attempts and their ends at the same time do not stand in each other's way", async () => {
    const db = await open();
    const servers = [limitsOn(db), limitsOn(db)];
    const all = Array.from({ length: 40 }, async (_, n) => {
      const limits = servers[n % 2] ?? limitsOn(db);
      await limits.begin(`user${n % 5}@example.org`, address(n % 7), n % 3 === 0 ? "d" : null);
      await limits.forgive(`user${n % 5}@example.org`, address(n % 7), "d");
      await sweep(db);
    });
    await passed(all);
    expect(
      await inTurn(3, () => servers[0]?.begin("x", address(9), null) ?? Promise.resolve()),
    ).toBe(3);
  });

  test("one /48 that goes through its networks is stopped at 300, and does not stop others", async () => {
    const limits = limitsOn(await open());
    const attempt = (n: number) => limits.begin(`user${n}@example.org`, subnet(n >> 5), null);
    expect(await inTurn(302, attempt)).toBe(300);
    await limits.begin("ada@example.org", "2001:db8:2:1::/64", null);
    await limits.begin("ada@example.org", address(1), null);
  });

  test("mails: three in a quarter of an hour, ten in a day, to known and unknown alike", async () => {
    const db = await open();
    const limits = limitsOn(db);
    const ask = () => limits.mail("ada@example.org", address(1));
    expect(await passed(Array.from({ length: 20 }, ask))).toBe(3);
    let through = 3;
    for (let n = 0; n < 6; n += 1) {
      await later(db, 16);
      through += await inTurn(5, ask);
    }
    expect(through).toBe(10);
    expect(await inTurn(30, (n) => limits.mail(`user${n}@example.org`, address(77)))).toBe(20);
  });

  test("mails that a stranger asks for do not keep the owner from theirs", async () => {
    const db = await open();
    const limits = limitsOn(db);
    let strangers = 0;
    for (let n = 0; n < 6; n += 1) {
      strangers += await inTurn(5, (m) => limits.mail("ada@example.org", subnet(m)));
      await later(db, 15);
    }
    expect(strangers).toBe(10);
    expect(await inTurn(5, () => limits.mail("ada@example.org", address(2)))).toBe(3);
  });

  test("mails of one account: sixty in a day, from wherever they are asked for", async () => {
    const limits = limitsOn(await open());
    expect(await inTurn(62, (n) => limits.mail("ada@example.org", address(n)))).toBe(60);
    await limits.mail("bob@example.org", address(1));
  });

  test("mails to many from one /48: a hundred in an hour", async () => {
    const limits = limitsOn(await open());
    const ask = (n: number) => limits.mail(`user${n}@example.org`, subnet(n));
    expect(await inTurn(102, ask)).toBe(100);
    await limits.mail("ada@example.org", "2001:db8:2:1::/64");
  });

  test("emails taken without mail: 120 in an hour from one address", async () => {
    const db = await open();
    const servers = [limitsOn(db), limitsOn(db)];
    const claim = (n: number) => servers[n % 2]?.claim(address(1)) ?? Promise.resolve();
    expect(await inTurn(122, claim)).toBe(120);
    await servers[0]?.claim(address(2));
    await later(db, 61);
    await servers[1]?.claim(address(1));
  });

  test("the table names nobody, and old rows go", async () => {
    const db = await open();
    const limits = limitsOn(db);
    await limits.begin("ada@example.org", address(1), null);
    await limits.mail("ada@example.org", address(1));
    const { rows } = await sql`select l::text as line from rate_limits l`.execute(db.kysely);
    const text = JSON.stringify(rows);
    expect(rows.length).toBeGreaterThan(5);
    for (const known of ["ada", "example", "192.0.2", Buffer.from("ada@example").toString("hex")]) {
      expect(text).not.toContain(known);
    }
    expect(await sweep(db)).toBe(0);
    await later(db, 60 * 25);
    expect(await sweep(db)).toBe(rows.length);
  });
});

test("in the process: by user and by address, each limit for itself", async () => {
  const never = () => Promise.reject(new Error("no database is asked"));
  const limits = createRateLimits({
    db: { kysely: undefined as never, transaction: never },
    key,
  });
  made.push(limits);
  const passes = (count: number, take: () => Promise<void>) =>
    passed(Array.from({ length: count }, take));
  expect(await passes(600, () => limits.byUser("use", "ada"))).toBeGreaterThanOrEqual(500);
  expect(await passes(600, () => limits.byUser("use", "ada"))).toBeLessThan(200);
  expect(await passes(20, () => limits.byUser("use", "bob"))).toBe(20);
  expect(await passes(20, () => limits.byUser("reveal", "ada"))).toBe(20);
  expect(await passes(200, () => limits.byAddress("credentials", address(1)))).toBeLessThan(130);
  expect(await passes(20, () => limits.byAddress("credentials", address(2)))).toBe(20);
});
