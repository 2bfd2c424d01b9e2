import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { describeDatabases } from "../db/testing.ts";
import { type Audit, createAudit } from "./audit.ts";
import { auditKey } from "./hash.ts";

const key = auditKey("a secret of 32 bytes for tests only");

/** Two accounts with 120 entries each: pages of 50, 50 and 20. */
async function written(open: () => Promise<Database>) {
  const db = await open();
  const audit = createAudit({ db, key });
  for (const userId of ["ada", "bob"]) {
    const entries = Array.from({ length: 120 }, (_, n) => {
      return { userId, action: "secret.used", app: "sapp", secret: `K${n + 1}` } as const;
    });
    await db.transaction((tx) => audit.append(tx, entries));
  }
  return { db, audit };
}

/** What becomes of the three pages: their length, or the refusal. */
async function pages(audit: Audit, userId: string): Promise<(number | string)[]> {
  const outcomes = [];
  for (const before of [null, 71, 21]) {
    outcomes.push(
      await audit.page(userId, before).then(
        ({ entries }) => entries.length,
        (error: unknown) => (error as { code: string }).code,
      ),
    );
  }
  return outcomes;
}

const refused = "integrity_failure";
const where = "where user_id = 'ada' and seq";

describeDatabases("the list as its owner reads it (E6)", (open) => {
  test("shows an entry only where it is what was written, in its place", async () => {
    const { db, audit } = await written(open);
    const run = (statement: string) => sql.raw(statement).execute(db.kysely);
    for (const name of ["audit", "audit_head"]) {
      await run(`create table kept_${name} as select * from ${name}`);
    }
    const attacks: readonly (readonly [outcome: (number | string)[], ...statements: string[]])[] = [
      [[50, 50, 20]],
      [[refused, 50, 20], `update audit set action = 'grant.given', secret = 'X' ${where} = 120`],
      [[50, refused, 20], `update audit set device = 'Safari on iPhone' ${where} = 60`],
      [[50, 50, refused], `update audit set app = null ${where} = 1`],
      [[50, 50, refused], `update audit set at = at + interval '1 hour' ${where} = 20`],
      [[50, 50, refused], `update audit set at = 'infinity' ${where} = 20`],
      // The last of a page follows on the first of the next.
      [[refused, refused, 20], `update audit set mac = sha256(mac) ${where} = 70`],
      [[refused, refused, 20], `delete from audit ${where} = 70`],
      [[50, 50, refused], `delete from audit ${where} = 1`],
      [[50, refused, refused], `delete from audit ${where} <= 30`],
      // The end cut off, alone and with what says where it is.
      [[refused, 50, 20], `delete from audit ${where} > 118`],
      [
        [refused, refused, refused],
        `delete from audit ${where} > 118`,
        "update audit_head set seq = 118 where user_id = 'ada'",
      ],
      [
        [refused, refused, refused],
        `delete from audit ${where} > 118`,
        `update audit_head h set seq = 118, mac = (select mac from audit ${where} = 118)
          where user_id = 'ada'`,
      ],
      [[refused, refused, refused], "delete from audit_head where user_id = 'ada'"],
      [
        [refused, 50, 20],
        `insert into audit select user_id, 121, at, action, app, secret, device, mac
          from audit ${where} = 120`,
      ],
      // Another account's list, whole and with its end.
      [
        [refused, refused, refused],
        "delete from audit where user_id = 'ada'",
        "insert into audit select 'ada', seq, at, action, app, secret, device, mac from kept_audit where user_id = 'bob'",
        `update audit_head h set mac = b.mac, head_mac = b.head_mac
          from audit_head b where h.user_id = 'ada' and b.user_id = 'bob'`,
      ],
    ];
    for (const [outcome, ...statements] of attacks) {
      for (const statement of statements) await run(statement);
      expect([statements, await pages(audit, "ada")]).toEqual([statements, outcome]);
      expect(await pages(audit, "bob")).toEqual([50, 50, 20]);
      for (const name of ["audit", "audit_head"]) {
        await run(`delete from ${name}`);
        await run(`insert into ${name} select * from kept_${name}`);
      }
    }
  });

  test("from wherever it is read, though that be beyond its end", async () => {
    const { audit } = await written(open);
    const beyond = await audit.page("ada", 999_999_999_999_999);
    expect([beyond.entries[0]?.seq, beyond.before]).toEqual([120, 71]);
    const within = await audit.page("ada", 51);
    expect([within.entries[0]?.seq, within.entries.length, within.before]).toEqual([50, 50, null]);
    const nobody = await audit.page("eve", null);
    expect(nobody).toEqual({ entries: [], before: null });
  });
});
