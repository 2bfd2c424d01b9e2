import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../../db/database.ts";
import { describeDatabases } from "../../db/testing.ts";
import { type Audit, createAudit } from "../audit.ts";
import { auditKey } from "../hash.ts";
import { verifyAudit } from "./verify.ts";

const key = auditKey("a secret of 32 bytes for tests only");

/** Two accounts with six entries each. */
async function written(open: () => Promise<Database>): Promise<{ db: Database; audit: Audit }> {
  const db = await open();
  let at = Date.parse("2026-11-25T12:00:00.000Z");
  const audit = createAudit({ db, key, now: () => (at += 1000) });
  for (let n = 1; n <= 6; n += 1) {
    for (const userId of ["ada", "bob"]) {
      const app = n % 2 ? null : "app-1";
      await audit.record({ userId, action: "secret.used", app, secret: `K${n}`, device: null });
    }
  }
  return { db, audit };
}
/** Beyond what a number holds exactly. */
const beyond = "9007199254740993";
const run = (db: Database, statement: string) => sql.raw(statement).execute(db.kysely);
const found = async (db: Database, before?: Parameters<typeof verifyAudit>[1]) =>
  (await verifyAudit({ db, key }, before)).findings.map(({ userId, seq }) => [userId, seq]);

describeDatabases("verification of the audit (E6)", (open) => {
  test("finds nothing in what was written", async () => {
    const { db, audit } = await written(open);
    await db.transaction((tx) => audit.append(tx, [{ userId: "eve", action: "account.created" }]));
    const { chains, entries, findings } = await verifyAudit({ db, key });
    expect({ chains, entries, findings }).toEqual({ chains: 3, entries: 13, findings: [] });
  });

  test("finds each thing that can be done to one list, at its place, and not in the other", async () => {
    const { db } = await written(open);
    await run(db, "create table kept as select * from audit");
    await run(db, "create table kept_head as select * from audit_head");
    const where = "where user_id = 'ada'";
    const attacks: readonly (readonly [seq: number, what: string, ...statements: string[]])[] = [
      [3, "an entry deleted", `delete from audit ${where} and seq = 3`],
      [1, "the first deleted", `delete from audit ${where} and seq = 1`],
      [4, "at", `update audit set at = at + interval '1 millisecond' ${where} and seq = 4`],
      [2, "action", `update audit set action = 'secret.revealed' ${where} and seq = 2`],
      [2, "app", `update audit set app = 'app-2' ${where} and seq = 2`],
      [3, "no app", `update audit set app = '' ${where} and seq = 3`],
      [5, "secret", `update audit set secret = 'K6' ${where} and seq = 5`],
      [6, "device", `update audit set device = 'Safari on iPhone' ${where} and seq = 6`],
      [6, "mac", `update audit set mac = sha256(mac) ${where} and seq = 6`],
      [2, "mac cut", `update audit set mac = substring(mac for 31) ${where} and seq = 2`],
      [
        2,
        "two in another order",
        `update audit set seq = 100 ${where} and seq = 2`,
        `update audit set seq = 2 ${where} and seq = 3`,
        `update audit set seq = 3 ${where} and seq = 100`,
      ],
      [
        2,
        "one taken out and the rest moved up",
        `delete from audit ${where} and seq = 2`,
        `update audit set seq = seq - 1 ${where} and seq = 3`,
        `update audit set seq = seq - 1 ${where} and seq = 4`,
        `update audit set seq = seq - 1 ${where} and seq = 5`,
        `update audit set seq = seq - 1 ${where} and seq = 6`,
      ],
      [
        1,
        "another account's entry in its place",
        `delete from audit ${where} and seq = 1`,
        `update audit set user_id = 'ada' where user_id = 'bob' and seq = 1`,
        // So that the other list is whole again.
        `insert into audit select * from kept where user_id = 'bob' and seq = 1`,
      ],
      [
        7,
        "an entry added",
        `insert into audit select user_id, 7, at, action, app, secret, device, mac from kept ${where} and seq = 6`,
      ],
      [5, "the end cut off", `delete from audit ${where} and seq > 4`],
      [
        4,
        "the end cut off and moved back",
        `delete from audit ${where} and seq > 4`,
        `update audit_head h set seq = 4, mac = a.mac from audit a
         where h.user_id = 'ada' and a.user_id = 'ada' and a.seq = 4`,
      ],
      [5, "the end moved back alone", `update audit_head set seq = 4 ${where}`],
      [
        0,
        "all of it cut off and the end moved back",
        `delete from audit ${where}`,
        `update audit_head set seq = 0, mac = decode(repeat('00', 32), 'hex') ${where}`,
      ],
      [
        6,
        "another account's end",
        `update audit_head h set mac = b.mac, head_mac = b.head_mac from kept_head b
         where h.user_id = 'ada' and b.user_id = 'bob'`,
      ],
      [1, "the end taken away", `delete from audit_head ${where}`],
      [0, "an end with a number that none is", `update audit_head set seq = ${beyond} ${where}`],
      [0, "an end with a negative number", `update audit_head set seq = -1 ${where}`],
      [6, "the last with such a number", `update audit set seq = ${beyond} ${where} and seq = 6`],
      [
        7,
        "an entry added with such a number",
        `insert into audit select user_id, ${beyond}, at, action, app, secret, device, mac
         from kept ${where} and seq = 6`,
      ],
      [3, "at no time", `update audit set at = 'infinity' ${where} and seq = 3`],
      [3, "before all times", `update audit set at = '1901-01-01' ${where} and seq = 3`],
    ];
    for (const [seq, what, ...statements] of attacks) {
      for (const statement of statements) await run(db, statement);
      expect([what, await found(db)]).toEqual([what, [["ada", seq]]]);
      await run(db, "delete from audit");
      await run(db, "delete from audit_head");
      await run(db, "insert into audit select * from kept");
      await run(db, "insert into audit_head select * from kept_head");
    }
    expect(await found(db)).toEqual([]);
  });

  test("nothing is written after an end that was moved, which would cover it", async () => {
    const { db, audit } = await written(open);
    await run(db, "delete from audit where user_id = 'ada' and seq > 4");
    await run(
      db,
      `update audit_head h set seq = 4, mac = a.mac from audit a
       where h.user_id = 'ada' and a.user_id = 'ada' and a.seq = 4`,
    );
    const event = (userId: string) => ({ userId, action: "secret.used" }) as const;
    const outcomes = await Promise.allSettled([
      audit.record(event("ada")),
      audit.record(event("bob")),
    ]);
    expect(outcomes).toMatchObject([
      { status: "rejected", reason: { code: "integrity_failure" } },
      { status: "fulfilled" },
    ]);
    const appended = db.transaction((tx) => audit.append(tx, [event("ada")]));
    await expect(appended).rejects.toMatchObject({ code: "integrity_failure" });
    expect(await found(db)).toEqual([["ada", 4]]);
  });

  test.for([
    [
      "rows were added after the end",
      `insert into audit select user_id, 7, at, action, app, secret, device, mac from audit
       where user_id = 'ada' and seq = 6`,
    ],
    ["the end was taken away", "delete from audit_head where user_id = 'ada'"],
  ] as const)("where %s nothing is written, and others go on", async ([, statement]) => {
    const { db, audit } = await written(open);
    await run(db, statement);
    const event = (userId: string) => ({ userId, action: "secret.used" }) as const;
    const outcomes = await Promise.allSettled(
      ["ada", "bob", "ada", "bob"].map((userId) => audit.record(event(userId))),
    );
    const refused = { status: "rejected", reason: { code: "integrity_failure" } };
    const fine = { status: "fulfilled" };
    expect(outcomes).toMatchObject([refused, fine, refused, fine]);
    const appended = db.transaction((tx) => audit.append(tx, [event("ada")]));
    await expect(appended).rejects.toMatchObject({ code: "integrity_failure" });
    expect((await audit.page("bob", null)).entries).toHaveLength(8);
  });

  test("is wrong under another key", async () => {
    const { db } = await written(open);
    const other = auditKey("another secret of 32 bytes for tests");
    expect((await verifyAudit({ db, key: other })).findings).toHaveLength(2);
  });

  test("with what was there before, finds that all of it was set back", async () => {
    const { db, audit } = await written(open);
    await run(db, "create table kept as select * from audit");
    await run(db, "create table kept_head as select * from audit_head");
    await audit.record({ userId: "ada", action: "secret.revealed" });
    await audit.record({ userId: "eve", action: "account.created" });
    const { anchor, findings } = await verifyAudit({ db, key });
    expect(findings).toEqual([]);
    await audit.record({ userId: "ada", action: "secret.revealed" });
    expect(await found(db, anchor)).toEqual([]);

    await run(db, "delete from audit");
    await run(db, "delete from audit_head");
    await run(db, "insert into audit select * from kept");
    await run(db, "insert into audit_head select * from kept_head");
    // All by itself it is whole.
    expect(await found(db)).toEqual([]);
    expect(await found(db, anchor)).toEqual([
      ["ada", 7],
      ["eve", 1],
    ]);
    // Going on from there does not hide it.
    const after = createAudit({ db, key });
    for (let n = 0; n < 3; n += 1) await after.record({ userId: "ada", action: "session.started" });
    expect(await found(db, anchor)).toEqual([
      ["ada", 7],
      ["eve", 1],
    ]);
  });

  test("an account that was deleted is missed no more, one that came back is", async () => {
    const { db, audit } = await written(open);
    await run(db, "create table kept as select * from audit");
    await run(db, "create table kept_head as select * from audit_head");
    const first = await verifyAudit({ db, key });
    await db.transaction((tx) => audit.erase(tx, "ada"));
    const second = await verifyAudit({ db, key }, first.anchor);
    expect(second.findings).toEqual([]);
    expect([...second.anchor.chains.keys()]).toEqual(["bob"]);

    await run(db, "insert into audit select * from kept where user_id = 'ada'");
    await run(db, "insert into audit_head select * from kept_head where user_id = 'ada'");
    expect(await found(db, second.anchor)).toEqual([["ada", 1]]);
    await run(db, "delete from audit_erased");
    expect(await found(db, second.anchor)).toEqual([["ada", 0]]);
  });

  test("an account without a list is found, even the first time", async () => {
    const { db } = await written(open);
    await sql`insert into account (id, email, email_verified, name, created_at, updated_at)
      values ('ada', 'ada@example.org', true, '', now(), now())`.execute(db.kysely);
    await sql`insert into account_identity
      (id, user_id, provider_id, account_id, created_at, updated_at)
      values ('i1', 'ada', 'credential', 'ada', now(), now())`.execute(db.kysely);
    expect(await found(db)).toEqual([]);
    await run(db, "delete from audit where user_id = 'ada'");
    await run(db, "delete from audit_head where user_id = 'ada'");
    expect(await found(db)).toEqual([["ada", 1]]);
  });

  test("a mark of deletion cannot be forged", async () => {
    const { db, audit } = await written(open);
    await db.transaction((tx) => audit.erase(tx, "bob"));
    const { anchor } = await verifyAudit({ db, key });
    await run(db, "delete from audit where user_id = 'ada'");
    await run(db, "delete from audit_head where user_id = 'ada'");
    await run(db, "insert into audit_erased select 'ada', at, mac from audit_erased");
    expect(await found(db, anchor)).toEqual([["ada", 0]]);
  });

  test("is not confused by what is written meanwhile", async () => {
    const { db, audit } = await written(open);
    const stop = new AbortController();
    const writing = (async () => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        const user = `u${n % 7}-${Math.floor(n / 50)}`;
        await audit.record({ userId: user, action: "secret.used" });
        if (n % 50 === 49) await db.transaction((tx) => audit.erase(tx, user));
      }
    })().catch((error: unknown) => error);
    for (let n = 0; n < 10; n += 1) expect(await found(db)).toEqual([]);
    stop.abort();
    expect(await writing).toBeUndefined();
  });
});
