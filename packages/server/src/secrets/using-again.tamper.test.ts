import { sql } from "kysely";
import { expect, test } from "vitest";
import { createAudit } from "../audit/audit.ts";
import { auditKey } from "../audit/hash.ts";
import { verifyAudit } from "../audit/verify/verify.ts";
import type { Database } from "../db/database.ts";
import { counting } from "../db/testing/counting.ts";
import { describeDatabases } from "../db/testing.ts";
import { digestOf } from "./contents.ts";
import { type Again, seeAgain } from "./rows/again.ts";
import { seeNamed } from "./rows/store.ts";
import { addUser, createWorld, noDigest, revealed, stored, used } from "./testing/world.ts";

const key = auditKey("a secret of thirty-two characters");

/** A database that counts statements, and a transaction for one. */
function counted(db: Database) {
  let count = 0;
  const kysely = db.kysely.withPlugin(counting(() => (count += 1)));
  const transaction: Database["transaction"] = (work) => (count++, db.transaction(work));
  const during = async (work: () => Promise<unknown>) => {
    const before = count;
    await work();
    return count - before;
  };
  return { during, db: { ...db, kysely, transaction } };
}

describeDatabases("a secret of somebody whose head and key a server has in memory", (open) => {
  /** Ada lets an app have KEY, which it got from a server twice: that has head and names in memory. */
  async function scene() {
    const db = await open();
    const w = await createWorld(db);
    const id = await stored(w, "ada", "KEY", "one", "two");
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until: null });
    const { during, db: watched } = counted(db);
    const audit = createAudit({ db: watched, key });
    const server = await w.another({ db: watched, audit });
    const use = (app = "app-1") => used(server, "ada", app, "KEY");
    const uses = async () =>
      (await w.audited("ada")).filter((line) => line.startsWith("secret.used"));
    const tamper = async (change: string) => {
      for (const statement of change.replaceAll("$id", `'${id}'`).split(";")) {
        await sql.raw(statement).execute(db.kysely);
      }
    };
    for (let n = 0; n < 2; n += 1) expect(await use()).toBe("granted two");
    return { w, db, server, id, use, uses, during, tamper };
  }

  test("is read, and the line of the audit written, by one statement", async () => {
    const { db, use, uses, during } = await scene();
    expect(await during(use)).toBe(1);
    expect(await uses()).toEqual(Array(3).fill("secret.used app-1 KEY"));
    expect(await verifyAudit({ db, key })).toMatchObject({ findings: [] });
  });

  test("is looked at anew once the server is to forget its owner", async () => {
    const { server, id, use, uses, during } = await scene();
    server.secrets.forget("ada");
    // Key and list come back by this, though no names, and the end of the audit list is known.
    expect(await revealed(server, "ada", id)).toBe("two");
    expect(await during(use)).toBe(2);
    expect(await during(use)).toBe(1);
    expect(await uses()).toHaveLength(4);
  });

  test("needs not be one that was asked for before: the names of all come with the head", async () => {
    const { w, server, use, during } = await scene();
    const other = await stored(w, "ada", "OTHER", "another");
    for (const app of ["app-1", "app-2"])
      await w.ask("ada", "POST", "/grants", { app, secretId: other, until: null });
    expect(await use()).toBe("granted two");
    for (const app of ["app-1", "app-2"]) {
      const ask = async () => {
        expect(await used(server, "ada", app, "OTHER")).toBe("granted another");
      };
      expect(await during(ask)).toBe(1);
    }
  });

  test("needs not be looked at anew after what this server itself changed", async () => {
    const { server, id, use, during } = await scene();
    const ask = (path: string, body: object) => server.ask("ada", "POST", path, body);
    await ask(`/secrets/${id}/versions`, { value: "three" });
    await stored(server, "ada", "OTHER");
    const useNow = async () => {
      expect(await use()).toBe("granted three");
    };
    expect(await during(useNow)).toBe(1);
    await server.ask("ada", "PATCH", `/secrets/${id}`, { name: "NEW" });
    expect(await use()).toBe("unknown");
    const useRenamed = async () => {
      expect(await used(server, "ada", "app-1", "NEW")).toBe("granted three");
    };
    expect(await during(useRenamed)).toBe(1);
  });

  test("is named by a hint that is put right when it was wrong", async () => {
    const { server, tamper, use, during } = await scene();
    server.secrets.forget("ada");
    await tamper("update secret set name = 'ASIDE' where id = $id");
    // Here the names are seen as they are now.
    expect(await use()).toBe("unknown");
    await tamper("update secret set name = 'KEY' where id = $id");
    expect(await use()).toBe("granted two");
    expect(await during(use)).toBe(1);
  });

  test("is named by its owner's first change, too", async () => {
    const { server, during } = await scene();
    const secretId = await stored(server, "bob", "FIRST", "one");
    await server.ask("bob", "POST", "/grants", { app: "app-1", secretId, until: null });
    const useFirst = async () => {
      expect(await used(server, "bob", "app-1", "FIRST")).toBe("granted one");
    };
    expect(await during(useFirst)).toBe(1);
  });

  test("is given also where the head's record is broken, and its list was seen before", async () => {
    const { w, id, tamper } = await scene();
    const server = await w.another();
    expect(await revealed(server, "ada", id)).toBe("two");
    await tamper(`update secret_contents set record = set_byte(record, length(record) - 1,
      255 - get_byte(record, length(record) - 1)) where user_id = 'ada'`);
    expect(await used(server, "ada", "app-1", "KEY")).toBe("granted two");
    expect(await used(await w.another(), "ada", "app-1", "KEY")).toBe("integrity_failure");
  });

  test("is not given when its grant ends while the line is being written", async () => {
    const { w, db, id } = await scene();
    const until = new Date(w.clock.now + 60_000).toISOString();
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until });
    let later = 0;
    const kysely = db.kysely.withPlugin(counting(() => (w.clock.now += later)));
    const server = await w.another({ db: { ...db, kysely } });
    expect(await used(server, "ada", "app-1", "KEY")).toBe("granted two");
    later = 60_000;
    expect(await used(server, "ada", "app-1", "KEY")).toBe("known");
  });

  test("is not given to whom a database that lies says that it is granted", async () => {
    const { w, db } = await scene();
    let isLying = false;
    const kysely = db.kysely.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: ({ result }) => {
        const lie = (row: Record<string, unknown>) =>
          "written" in row
            ? {
                ...row,
                grants: [
                  ["app-1", null],
                  ["app-2", null],
                ],
              }
            : row;
        return Promise.resolve(isLying ? { ...result, rows: result.rows.map(lie) } : result);
      },
    });
    const server = await w.another({ db: { ...db, kysely } });
    const use = () => used(server, "ada", "app-1", "KEY");
    expect(await use()).toBe("granted two");
    isLying = true;
    expect(await use()).toBe("integrity_failure");
    isLying = false;
    expect(await use()).toBe("granted two");
  });

  test("is not written down as used by an app that may not have it", async () => {
    const { use, uses } = await scene();
    expect(await use("app-2")).toBe("known");
    expect(await uses()).toHaveLength(2);
  });

  test("and whose last use was written meanwhile, is so still", async () => {
    const { server, use, uses, during } = await scene();
    expect(await during(server.secrets.close)).toBe(1);
    expect(await during(use)).toBe(1);
    expect(await uses()).toHaveLength(3);
  });

  test.each([
    ["its version in use", "update secret set latest = 1 where id = $id"],
    ["its oldest version", "update secret set oldest = 2 where id = $id"],
    ["its owner", "update secret set user_id = 'bob' where id = $id"],
    [
      "its record, for the one before",
      `update secret_version v set record = w.record from secret_version w
        where v.secret_id = $id and w.secret_id = $id and v.version = 2 and w.version = 1`,
    ],
    [
      "its grant's end",
      "update secret_grant set until = now() + interval '1 day' where secret_id = $id",
    ],
    [
      "its grants, with one more",
      `insert into secret_grant (user_id, secret_id, app, created_at)
        values ('ada', $id, 'app-2', now())`,
    ],
    ["its grant, for another account's", "update secret_grant set user_id = 'bob'"],
    ["its grant, for another app's", "update secret_grant set app = 'app-2' where secret_id = $id"],
    [
      "its version in use, for a copy of it",
      `insert into secret_version select secret_id, 3, record, created_at from secret_version
        where secret_id = $id and version = 2; update secret set latest = 3 where id = $id`,
    ],
    [
      "its id",
      `alter table secret_version drop constraint secret_version_secret_id_fkey;
      alter table secret_grant drop constraint secret_grant_secret_id_fkey;
      update secret_version set secret_id = upper(secret_id);
      update secret_grant set secret_id = upper(secret_id); update secret set id = upper(id)`,
    ],
    ["its grants, with none", "delete from secret_grant where secret_id = $id"],
    [
      "the head",
      "update secret_contents set record = decode(repeat('07', 200), 'hex') where user_id = 'ada'",
    ],
    [
      "the head's edition",
      "update secret_contents set edition = edition + 1 where user_id = 'ada'",
    ],
  ])("is refused when somebody changed %s, and no use is written down", async (_, change) => {
    const { w, tamper, use, uses } = await scene();
    await tamper(change);
    for (let n = 0; n < 2; n += 1) expect(await use()).toBe("integrity_failure");
    expect(await uses()).toHaveLength(2);
    expect(await w.audited("ada")).toContain("integrity_failure app-1 KEY");
  });

  test.each([
    [
      "its ciphertext behind the salt",
      `update secret_version set record = set_byte(record, length(record) - 1,
        255 - get_byte(record, length(record) - 1)) where secret_id = $id`,
    ],
    [
      "its key's id",
      `alter table secret_contents drop constraint secret_contents_user_id_dek_id_fkey;
      update data_key set dek_id = decode(repeat('07', 16), 'hex');
      update secret_contents set dek_id = decode(repeat('07', 16), 'hex')`,
    ],
  ])("is refused when somebody changed %s", async (_, change) => {
    const { tamper, use } = await scene();
    await tamper(change);
    for (let n = 0; n < 2; n += 1) expect(await use()).toBe("integrity_failure");
  });

  test("is given to no app whose grant was taken away elsewhere, or has ended", async () => {
    const { w, id, use, uses } = await scene();
    await w.ask("ada", "POST", "/grants/revoke", { app: "app-1", secretId: id });
    expect(await use()).toBe("known");
    const until = new Date(w.clock.now + 60_000).toISOString();
    await w.ask("ada", "POST", "/grants", { app: "app-1", secretId: id, until });
    expect(await use()).toBe("granted two");
    w.clock.now += 60_000;
    expect(await use()).toBe("known");
    expect(await uses()).toHaveLength(3);
  });

  test("is given in its newest version, though that was stored elsewhere", async () => {
    const { w, id, use, uses } = await scene();
    await w.ask("ada", "POST", `/secrets/${id}/versions`, { value: "three" });
    expect(await use()).toBe("granted three");
    await w.ask("ada", "DELETE", `/secrets/${id}`);
    expect(await use()).toBe("unknown");
    expect(await uses()).toHaveLength(3);
  });

  test("is not written down as used while its key can't be had", async () => {
    const { w, server, use, uses } = await scene();
    server.dataKeys.drop("ada");
    w.keys.state.isDown = true;
    expect(await use()).toBe("secret_unavailable");
    expect(await uses()).toHaveLength(2);
    w.keys.state.isDown = false;
    expect(await use()).toBe("granted two");
  });

  test("is refused when there is a row behind the end of the audit list", async () => {
    const { db, use } = await scene();
    await sql`insert into audit (user_id, seq, at, action, mac)
      select user_id, seq + 1, now(), 'secret.used', mac from audit_head`.execute(db.kysely);
    expect(await use()).toBe("integrity_failure");
  });

  test("asked for by many at once is written down once for each", async () => {
    const { w, db, server, use, uses } = await scene();
    const answers = await Promise.all(Array.from({ length: 30 }, () => use()));
    expect(answers).toEqual(Array(30).fill("granted two"));
    const both = [server, await w.another(), server, w].map((one) =>
      Promise.all(Array.from({ length: 5 }, () => used(one, "ada", "app-1", "KEY"))),
    );
    expect((await Promise.all(both)).flat()).toEqual(Array(20).fill("granted two"));
    expect(await uses()).toHaveLength(50);
    expect(await verifyAudit({ db, key })).toMatchObject({ findings: [] });
  });

  test("is asked for with others' in one statement: each is as it was by itself", async () => {
    const db = await open();
    const w = await createWorld(db);
    await addUser(db, "eve");
    const audit = createAudit({ db, key });
    const questions = new Map<string, Again>();
    const hashOf = (user: string) => Buffer.alloc(32, user).toString("hex");
    for (const user of ["ada", "bob", "eve"]) {
      const id = await stored(w, user, "KEY", `KEY of ${user}`);
      await w.ask(user, "POST", "/grants", { app: "app-1", secretId: id, until: null });
      const asker = { app: "app-1", loads: noDigest };
      const [seen] = await seeNamed(db.kysely, [
        { userId: user, token: null, ...asker, name: "KEY", known: null, wantsNames: false },
      ]);
      if (!seen?.head || !seen.secret?.salt) throw new Error("it was stored");
      const { head, secret } = seen;
      const event = { userId: user, action: "secret.used", app: "app-1", secret: "KEY" } as const;
      await audit.record(event);
      questions.set(user, {
        ...{ event, token: hashOf(user), loads: noDigest, now: w.clock.now },
        head: { salt: head.salt, edition: head.edition, dekId: head.dek.dekId },
        secret: { ...secret, digest: digestOf({ ...secret, salt: seen.secret.salt }) },
      });
      const at = new Date();
      const times = { created_at: at, confirmed_at: at, seen_at: at };
      const token_hash = Buffer.from(hashOf(user), "hex");
      const session = { id: user, user_id: user, token_hash, device: null, ...times };
      await db.kysely.insertInto("account_session").values(session).execute();
    }
    const of = (user: string) => {
      const question = questions.get(user);
      if (question === undefined) throw new Error("there is one for each");
      return question;
    };
    const lines = async () => {
      const rows = await db.kysely.selectFrom("audit").select("user_id").execute();
      return ["ada", "bob", "eve"].map((user) => rows.filter((r) => r.user_id === user).length);
    };
    const before = await lines();
    const added = async () => (await lines()).map((now, at) => now - (before[at] ?? 0));

    const asked = [
      of("ada"),
      of("bob"),
      { ...of("ada"), token: hashOf("bob") },
      { ...of("eve"), secret: of("bob").secret },
    ];
    const seen = await seeAgain(db.kysely, audit, asked);
    // Of Ada's two one may not be: neither is written down, and neither given.
    expect(seen.map((taken) => taken !== null)).toEqual([false, true, false, false]);
    expect(await added()).toEqual([0, 1, 0]);
    for (const user of ["ada", "eve"]) await audit.record(of(user).event);
    const again = await seeAgain(db.kysely, audit, [of("eve"), of("ada"), of("eve")]);
    expect(again.map((taken) => taken !== null)).toEqual([true, true, true]);
    expect(await added()).toEqual([2, 1, 3]);
    const nobodys = { ...of("ada"), token: "" };
    expect(await seeAgain(db.kysely, audit, [nobodys])).toEqual([null]);
    expect(await verifyAudit({ db, key })).toMatchObject({ findings: [] });
  });
});
