import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { counting } from "../db/testing/counting.ts";
import { describeDatabases } from "../db/testing.ts";
import { createAudit } from "./audit.ts";
import { emptyHead, sealHead } from "./chain.ts";
import { auditKey } from "./hash.ts";
import { createKnownEnds } from "./known-ends.ts";
import { verifyAudit } from "./verify/verify.ts";

const key = auditKey("a secret of 32 bytes for tests only");
const used = (userId: string) => ({ userId, action: "secret.used", secret: "KEY" }) as const;
const rowsOf = async (db: Database, userId: string) =>
  (await db.kysely.selectFrom("audit").select("seq").where("user_id", "=", userId).execute())
    .length;

describeDatabases("an end of a chain that a server has in memory", (open) => {
  test("is of no use once another server went on from there", async () => {
    const db = await open();
    const [one, two] = [createAudit({ db, key }), createAudit({ db, key })];
    for (let round = 0; round < 5; round += 1) {
      await one.record(used("ada"));
      await one.record(used("ada"));
      await two.record(used("ada"));
      await Promise.all([one, two, one, two].map((server) => server.record(used("ada"))));
      await db.transaction((tx) => one.append(tx, [used("ada")]));
    }
    const found = await verifyAudit({ db, key });
    expect(found).toMatchObject({ chains: 1, entries: 40, findings: [] });
  });

  const other = sql`decode(repeat('ab', 32), 'hex')`;
  test.each([
    ["its number", sql`update audit_head set seq = seq + 1 where user_id = 'ada'`],
    ["its MAC", sql`update audit_head set mac = ${other} where user_id = 'ada'`],
    ["the MAC over it", sql`update audit_head set head_mac = ${other} where user_id = 'ada'`],
    [
      "all of it, for another account's",
      sql`update audit_head h set seq = b.seq, mac = b.mac, head_mac = b.head_mac
        from audit_head b where h.user_id = 'ada' and b.user_id = 'bob'`,
    ],
  ])("does not cover up that somebody changed %s", async (_, tamper) => {
    const db = await open();
    const audit = createAudit({ db, key });
    for (const user of ["ada", "bob", "bob", "ada", "ada"]) await audit.record(used(user));
    await tamper.execute(db.kysely);
    const appending = db.transaction((tx) => audit.append(tx, [used("ada")]));
    await expect(appending).rejects.toMatchObject({ code: "integrity_failure" });
    const outcomes = await Promise.allSettled([
      audit.record(used("ada")),
      audit.record(used("bob")),
    ]);
    expect(outcomes).toMatchObject([
      { status: "rejected", reason: { code: "integrity_failure" } },
      { status: "fulfilled" },
    ]);
    expect(await rowsOf(db, "ada")).toBe(3);
    expect(await rowsOf(db, "bob")).toBe(3);
  });

  test("of a transaction that was given up is in nobody's way", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    const append = (after: () => void) =>
      db.transaction(async (tx) => {
        await audit.append(tx, [used("ada"), used("ada")]);
        after();
      });
    const giveUp = () => {
      throw new Error("given up");
    };
    for (const next of [() => audit.record(used("ada")), () => append(() => undefined)]) {
      await audit.record(used("ada"));
      await expect(append(giveUp)).rejects.toThrow("given up");
      await next();
    }
    expect(await verifyAudit({ db, key })).toMatchObject({ entries: 5, findings: [] });
  });

  test("is passed over where several accounts are added to: their ends are locked in one order", async () => {
    const db = await open();
    const servers = [createAudit({ db, key }), createAudit({ db, key })] as const;
    const users = ["ada", "bob"];
    let runs = 0;
    for (let round = 0; round < 10; round += 1) {
      // Each knows another end.
      await servers[0].record(used("ada"));
      await servers[1].record(used("bob"));
      await Promise.all(
        [...servers, ...servers].map((server) =>
          db.transaction((tx) => (runs++, server.append(tx, users.map(used)))),
        ),
      );
    }
    // A transaction that ends in a deadlock is run again.
    expect(runs).toBe(40);
    expect(await verifyAudit({ db, key })).toMatchObject({ entries: 100, findings: [] });
  });

  test("spares what is added in a transaction all statements but one", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    const statements = async () => {
      let count = 0;
      await db.transaction((tx) => {
        const watched = tx.withPlugin(counting(() => (count += 1)));
        return audit.append(watched, [used("ada")]);
      });
      return count;
    };
    expect(await statements()).toBeGreaterThan(1);
    expect(await statements()).toBe(1);
    await audit.record(used("ada"));
    expect(await statements()).toBe(1);
  });

  test.each(["9007199254740993", "-1"])(
    "with the number %s is nobody else's trouble",
    async (n) => {
      const db = await open();
      const users = ["ada", "bob", "eve"];
      const before = createAudit({ db, key });
      for (const user of users) await before.record(used(user));
      await sql.raw(`update audit_head set seq = ${n} where user_id = 'eve'`).execute(db.kysely);
      // A server that has no end in memory looks all of them up together.
      const audit = createAudit({ db, key });
      const outcomes = await Promise.allSettled(users.map((user) => audit.record(used(user))));
      expect(outcomes).toMatchObject([
        { status: "fulfilled" },
        { status: "fulfilled" },
        { status: "rejected", reason: { code: "integrity_failure" } },
      ]);
    },
  );

  test("set back to an earlier one of the same chain is refused for what follows on it", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    await audit.record(used("ada"));
    await sql`create table earlier as select * from audit_head`.execute(db.kysely);
    await audit.record(used("ada"));
    await sql`update audit_head h set seq = e.seq, mac = e.mac, head_mac = e.head_mac
      from earlier e where h.user_id = e.user_id`.execute(db.kysely);
    await expect(audit.record(used("ada"))).rejects.toMatchObject({ code: "integrity_failure" });
    expect(await rowsOf(db, "ada")).toBe(2);
  });
});

test("so many are remembered, and the one written longest ago goes", () => {
  const ends = createKnownEnds(2);
  const head = (userId: string, seq: number) => sealHead(key, { ...emptyHead(userId), seq });
  for (const one of [head("a", 1), head("b", 1), head("a", 2), head("c", 1)]) ends.put(one);
  const seqOf = (userId: string) => ends.of([{ userId }]).get(userId)?.seq;
  expect(["a", "b", "c"].map(seqOf)).toEqual([2, undefined, 1]);
  ends.drop("a");
  expect(seqOf("a")).toBeUndefined();
});
