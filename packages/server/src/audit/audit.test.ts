import type { api } from "@portafilter/protocol";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { describeDatabases } from "../db/testing.ts";
import { createAudit } from "./audit.ts";
import { auditKey } from "./hash.ts";

const key = auditKey("a secret of 32 bytes for tests only");
const used = (userId: string, n = 0) =>
  ({
    userId,
    action: "secret.used",
    app: "app-1",
    secret: `KEY_${n}`,
    device: "Firefox on Linux",
  }) as const;
const seqs = ({ entries }: api.AuditPage) => entries.map(({ seq }) => seq);

describeDatabases("the audit list", (open, kind) => {
  test("shows what happened, newest first, with a moment of the clock", async () => {
    const db = await open();
    const at = Date.parse("2026-11-25T12:00:00.123Z");
    const audit = createAudit({ db, key, now: () => at });
    await audit.record({ userId: "ada", action: "account.created" });
    await audit.record(used("ada"));
    expect(await audit.page("ada", null)).toEqual({
      entries: [
        {
          seq: 2,
          at: "2026-11-25T12:00:00.123Z",
          action: "secret.used",
          app: "app-1",
          secret: "KEY_0",
          device: "Firefox on Linux",
        },
        {
          seq: 1,
          at: "2026-11-25T12:00:00.123Z",
          action: "account.created",
          app: null,
          secret: null,
          device: null,
        },
      ],
      before: null,
    });
    expect(await audit.page("bob", null)).toEqual({ entries: [], before: null });
  });

  test("numbers the events of each account without gaps, from many servers at once", async () => {
    const db = await open();
    const servers = [1, 2, 3].map(() => createAudit({ db, key }));
    const users = ["ada", "bob", "eve"];
    await Promise.all(
      servers.flatMap((audit) =>
        Array.from({ length: 60 }, (_, n) => audit.record(used(users[n % 3] ?? "", n))),
      ),
    );
    for (const user of users) {
      const { rows } = await sql<{ seqs: number[] }>`
        select json_agg(seq order by seq) as seqs from audit where user_id = ${user}`.execute(
        db.kysely,
      );
      expect(rows[0]?.seqs).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    }
  });

  test("is read in pages of 50", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    await db.transaction((tx) =>
      audit.append(
        tx,
        Array.from({ length: 101 }, (_, n) => used("ada", n)),
      ),
    );
    const first = await audit.page("ada", null);
    expect([seqs(first)[0], first.entries.length, first.before]).toEqual([101, 50, 52]);
    const second = await audit.page("ada", first.before);
    expect([seqs(second)[0], second.entries.length, second.before]).toEqual([51, 50, 2]);
    const third = await audit.page("ada", second.before);
    expect([seqs(third), third.before]).toEqual([[1], null]);
    expect(await audit.page("ada", 1)).toEqual({ entries: [], before: null });
  });

  test("holds what a transaction did, and nothing of one that was given up", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    const given = db.transaction(async (tx) => {
      await audit.append(tx, [used("ada")]);
      throw new Error("given up");
    });
    await expect(given).rejects.toThrow("given up");
    expect((await audit.page("ada", null)).entries).toEqual([]);
    await db.transaction((tx) => audit.append(tx, [used("ada"), used("bob"), used("ada")]));
    expect(seqs(await audit.page("ada", null))).toEqual([2, 1]);
    await audit.record(used("ada"));
    expect(seqs(await audit.page("ada", null))).toEqual([3, 2, 1]);
  });

  test("nothing is acknowledged when it cannot be written", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    await sql`alter table audit rename to audit_away`.execute(db.kysely);
    const all = [1, 2, 3].map((n) => audit.record(used("ada", n)));
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await sql`alter table audit_away rename to audit`.execute(db.kysely);
    await audit.record(used("ada"));
    expect(seqs(await audit.page("ada", null))).toEqual([1]);
  });

  test("what a client sends stays one value of one entry (D20)", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    const device = `Firefox\r\n{"seq":1,"action":"account.created"}\u001b[31m\0\ud800`;
    await audit.record({ ...used("ada"), device });
    await audit.record({ ...used("ada"), device: "x".repeat(10_000) });
    const { entries } = await audit.page("ada", null);
    expect(entries[1]?.device).toBe(device.replaceAll("\0", "\uFFFD").toWellFormed());
    expect(entries[0]?.device).toHaveLength(200);
    expect(JSON.stringify(entries).split("\n")).toHaveLength(1);
  });

  test("goes with the account, and nothing follows on it", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    const other = createAudit({ db, key });
    await audit.record(used("ada"));
    await audit.record(used("bob"));
    await db.transaction((tx) => audit.erase(tx, "ada"));
    expect(await rowsOf(db, "ada")).toBe(0);
    const late = Promise.allSettled([audit.record(used("ada")), audit.record(used("bob"))]);
    expect(await late).toMatchObject([
      { status: "rejected", reason: { code: "signed_out" } },
      { status: "fulfilled" },
    ]);
    await expect(other.record(used("ada"))).rejects.toMatchObject({ code: "signed_out" });
    const appended = db.transaction((tx) => audit.append(tx, [used("ada")]));
    await expect(appended).rejects.toMatchObject({ code: "signed_out" });
    expect(await rowsOf(db, "ada")).toBe(0);
  });

  // PGlite has one transaction at a time anyway.
  test.skipIf(kind === "pglite")("an account that is held makes no other wait", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    await audit.record(used("ada"));
    const release = Promise.withResolvers<undefined>();
    const isHeld = Promise.withResolvers<undefined>();
    const holding = db.transaction(async (tx) => {
      await audit.append(tx, [used("ada")]);
      isHeld.resolve(undefined);
      await release.promise;
    });
    await isHeld.promise;
    const waiting = Array.from({ length: 30 }, () => audit.record(used("ada")));
    for (let n = 0; n < 30; n += 1) {
      waiting.push(audit.record(used("ada")));
      await audit.record(used("bob"));
    }
    expect((await audit.page("ada", null)).entries).toHaveLength(1);
    release.resolve(undefined);
    await Promise.all([holding, ...waiting]);
    expect(seqs(await audit.page("ada", null))[0]).toBe(62);
  });

  test("events that race with the account's end leave nothing behind", async () => {
    const db = await open();
    const audit = createAudit({ db, key });
    for (let round = 0; round < 10; round += 1) {
      const user = `u${round}`;
      const strangers = [1, 2, 3].map(() => createAudit({ db, key }));
      await audit.record(used(user));
      await Promise.allSettled([
        ...strangers.map((one) => one.record(used(user))),
        db.transaction((tx) => audit.erase(tx, user)),
        ...strangers.map((one) => one.record(used(user))),
      ]);
      expect(await rowsOf(db, user)).toBe(0);
    }
  });
});

async function rowsOf(db: Database, userId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from audit where user_id = ${userId})
      + (select count(*) from audit_head where user_id = ${userId}) as n`.execute(db.kysely);
  return Number(rows[0]?.n);
}
