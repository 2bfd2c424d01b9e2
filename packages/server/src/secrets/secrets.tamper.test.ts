import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, revealed, stored, used, type World } from "./testing/world.ts";

/**
 * Attacks E2, E3 and E5: somebody writes to the database, with constraints out of the way, and knows
 * everything but keys. What is refused is refused to a server with nothing in memory and to one that
 * used everything a moment ago.
 */
const tables = [
  "data_key",
  "secret_contents",
  "secret",
  "secret_version",
  "secret_grant",
  "secret_merge",
  "audit",
  "audit_head",
] as const;

/** Takes a copy of all tables, as somebody with a backup has one. */
async function copy(db: Database, name: string): Promise<void> {
  for (const table of tables) {
    await run(db, `drop table if exists ${name}_${table}`);
    await run(db, `create table ${name}_${table} as select * from ${table}`);
  }
}

/** Puts all tables back to what they were. */
async function putBack(db: Database, name: string): Promise<void> {
  for (const table of tables.toReversed()) await run(db, `delete from ${table}`);
  for (const table of tables) await run(db, `insert into ${table} select * from ${name}_${table}`);
}

/** What a user's list says of tampering, oldest first. */
const found = async (w: World, user: string) =>
  (await w.audited(user)).filter((line) => line.startsWith("integrity_failure"));

const run = (db: Database, statement: string) => sql.raw(statement).execute(db.kysely);

describeDatabases("rows written by somebody else are refused and audited", (open) => {
  let built: Awaited<ReturnType<typeof build>>;
  beforeAll(async () => {
    built = await build();
    await copy(built.w.db, "begin");
  }, 60_000);

  /** The scene as it was in the beginning, the servers with what they still have in memory. */
  async function scene() {
    await putBack(built.w.db, "begin");
    await built.sound();
    expect(await used(built.warm, "ada", "app-1", "KEY")).toBe("granted two");
    return built;
  }

  /** Ada has KEY (one, two; granted to app-1) and OTHER (granted to app-1), Bob has KEY. */
  async function build() {
    const w = await createWorld(await open());
    const key = await stored(w, "ada", "KEY", "one", "two");
    const other = await stored(w, "ada", "OTHER", "other");
    const bobs = await stored(w, "bob", "KEY", "bob's");
    const warm = await w.another();
    for (const [user, secretId] of [
      ["ada", key],
      ["ada", other],
      ["bob", bobs],
    ] as const) {
      await w.ask(user, "POST", "/grants", { app: "app-1", secretId, until: null });
    }
    for (const table of ["secret_version", "secret_grant", "secret_contents"]) {
      const drop = "secret_contents" === table ? "user_id_dek_id" : "secret_id";
      await run(w.db, `alter table ${table} drop constraint ${table}_${drop}_fkey`);
    }
    const sound = async () => {
      for (const server of [warm, await w.another()]) {
        expect(await used(server, "ada", "app-1", "OTHER")).toBe("granted other");
        expect(await used(server, "bob", "app-1", "KEY")).toBe("granted bob's");
      }
    };
    return { w, warm, key, other, sound };
  }

  /** KEY gives no value to anybody, says so, and is written down; the others go on. */
  async function refused(
    w: World,
    warm: Awaited<ReturnType<World["another"]>>,
    key: string,
    isChangeRefused = true,
  ): Promise<void> {
    for (const server of [warm, await w.another()]) {
      expect(await used(server, "ada", "app-1", "KEY")).toBe("integrity_failure");
      expect(await revealed(server, "ada", key)).toBe("integrity_failure");
      if (!isChangeRefused) continue;
      const change = await server.ask("ada", "POST", `/secrets/${key}/versions`, { value: "x" });
      expect(change).toMatchObject({ status: 500, code: "integrity_failure" });
    }
    expect(await found(w, "ada")).toContain("integrity_failure app-1 KEY");
  }

  test.for([
    [
      "E2: a ciphertext of another user",
      `update secret_version set record = (select v.record from secret_version v join secret s
        on s.id = v.secret_id where s.user_id = 'bob') where secret_id = $key and version = 2`,
    ],
    [
      "E2: a ciphertext of another secret",
      `update secret_version set record = (select record from secret_version where secret_id = $other)
        where secret_id = $key and version = 2`,
    ],
    [
      "E2: a ciphertext of another version",
      `update secret_version set record = (select record from secret_version where secret_id = $key
        and version = 1) where secret_id = $key and version = 2`,
    ],
    [
      "E2: names that were exchanged",
      `update secret set name = case when id = $key then 'TEMP' else name end where user_id = 'ada';
      update secret set name = 'KEY' where id = $other;
      update secret set name = 'OTHER' where id = $key`,
    ],
    [
      "E2: a secret that was given to another user",
      `update secret set user_id = 'bob', name = 'X' where id = $key`,
    ],
    [
      "E4: a bit of a ciphertext",
      `update secret_version set record = set_bit(record, 900, 1 - get_bit(record, 900)) where secret_id = $key`,
    ],
    [
      "E4: a ciphertext that was cut",
      `update secret_version set record = substring(record from 1 for 60) where secret_id = $key`,
    ],
    [
      "E4: a ciphertext that is empty",
      `update secret_version set record = '' where secret_id = $key`,
    ],
    ["E5: a row that was rolled back", `update secret set latest = 1 where id = $key`],
    ["E5: a newer version that is made up", `update secret set latest = 3 where id = $key`],
    [
      "E5: a newer version that is a copy",
      `insert into secret_version select secret_id, 3, record, created_at from secret_version
        where secret_id = $key and version = 2; update secret set latest = 3 where id = $key`,
    ],
    [
      "E5: the version in use that was cut",
      `delete from secret_version where secret_id = $key and version = 2`,
    ],
    ["E5: all versions that were cut", `delete from secret_version where secret_id = $key`],
    [
      "E5: a grant to an app that was never allowed",
      `insert into secret_grant values ('ada', $key, 'evil', null, now(), null)`,
    ],
    [
      "E5: a grant that lasts longer",
      `update secret_grant set until = now() + interval '1 day' where secret_id = $key`,
    ],
    [
      "E5: a grant that is another app's",
      `update secret_grant set app = 'evil' where secret_id = $key`,
    ],
    ["E5: a grant that was cut", `delete from secret_grant where secret_id = $key`],
  ] as const)("%s", async ([what, statements]) => {
    const { w, warm, key, other, sound } = await scene();
    for (const statement of statements.split(";")) {
      await run(w.db, statement.replaceAll("$key", `'${key}'`).replaceAll("$other", `'${other}'`));
    }
    if (what.includes("exchanged")) {
      expect(await used(await w.another(), "ada", "app-1", "OTHER")).toBe("integrity_failure");
      expect(await used(warm, "ada", "app-1", "KEY")).toBe("integrity_failure");
      expect(await found(w, "ada")).toEqual([
        "integrity_failure app-1 OTHER",
        "integrity_failure app-1 KEY",
      ]);
      expect(await found(w, "bob")).toEqual([]);
      return;
    }
    if (what.includes("given to another user")) {
      expect(await used(warm, "ada", "app-1", "KEY")).toBe("integrity_failure");
      expect(await used(warm, "bob", "app-1", "X")).toBe("integrity_failure");
      expect(await revealed(await w.another(), "bob", key)).toBe("integrity_failure");
      expect(await found(w, "ada")).toEqual(["integrity_failure app-1 KEY"]);
      expect(await w.audited("bob")).toContain("integrity_failure app-1 X");
      return;
    }
    // A value that does not open may be replaced by another: nothing asks what it was.
    await refused(w, warm, key, !what.startsWith("E4") || what.includes("empty"));
    await sound();
    // People see which one it is, and can get rid of it.
    const cold = await w.another();
    const isUnopened = /^E4: .*(?:bit|cut)/.test(what);
    expect((await listed(cold, "ada")).map(({ name, damaged }) => [name, damaged])).toContainEqual([
      "KEY",
      !isUnopened,
    ]);
    expect((await cold.ask("ada", "DELETE", `/secrets/${key}`)).status).toBe(200);
    expect((await listed(cold, "ada")).map(({ name, damaged }) => [name, damaged])).toEqual([
      ["OTHER", false],
    ]);
    await sound();
  });

  test("what only the list finds is written down, once for each version by each server", async () => {
    const { w, key, other } = await scene();
    await run(w.db, `delete from secret_version where secret_id = '${key}' and version = 1`);
    const server = await w.another();
    await Promise.all([1, 2, 3].map(() => listed(server, "ada")));
    expect(await found(w, "ada")).toEqual(["integrity_failure KEY"]);
    expect(server.logged().match(/tampered/g)).toHaveLength(1);
    expect(await listed(await w.another(), "ada")).toMatchObject([
      { name: "KEY", damaged: true },
      { name: "OTHER", damaged: false },
    ]);
    await run(w.db, `delete from secret_grant where secret_id = '${other}'`);
    await listed(server, "ada");
    await listed(server, "ada");
    expect(await found(w, "ada")).toEqual([
      "integrity_failure KEY",
      "integrity_failure KEY",
      "integrity_failure OTHER",
    ]);
  });

  test("E5: a secret whose row was cut is not unknown", async () => {
    const { w, warm, key, sound } = await scene();
    await run(w.db, `delete from secret where id = '${key}'`);
    await sound();
    for (const server of [warm, await w.another()]) {
      expect(await used(server, "ada", "app-1", "KEY")).toBe("integrity_failure");
      expect(await revealed(server, "ada", key)).toBe("integrity_failure");
      expect((await server.ask("ada", "GET", "/secrets")).code).toBe("integrity_failure");
      expect((await server.ask("ada", "GET", `/secrets/${key}/versions`)).code).toBe(
        "integrity_failure",
      );
    }
    expect(await w.audited("ada")).toContain("integrity_failure app-1 KEY");
  });

  test("E5: an old version that was cut is missed, and the others are used", async () => {
    const { w, warm, key, sound } = await scene();
    await run(w.db, `delete from secret_version where secret_id = '${key}' and version = 1`);
    expect(await revealed(warm, "ada", key, 1)).toBe("integrity_failure");
    const versions = await warm.ask("ada", "GET", `/secrets/${key}/versions`);
    const rename = await warm.ask("ada", "PATCH", `/secrets/${key}`, { name: "NEW" });
    for (const { code } of [versions, rename]) expect(code).toBe("integrity_failure");
    expect(await used(warm, "ada", "app-1", "KEY")).toBe("granted two");
    expect(await listed(warm, "ada")).toMatchObject([{ damaged: true }, { damaged: false }]);
    await sound();
  });

  test("E5: everything of one secret rolled back to what it was, its head aside", async () => {
    const { w, warm, key, sound } = await scene();
    await copy(w.db, "old");
    await w.ask("ada", "POST", "/grants/revoke", { app: "app-1", secretId: key });
    await w.ask("ada", "POST", `/secrets/${key}/versions`, { value: "three" });
    for (const table of ["secret_version", "secret_grant"]) {
      await run(w.db, `delete from ${table} where secret_id = '${key}'`);
      await run(w.db, `insert into ${table} select * from old_${table} where secret_id = '${key}'`);
    }
    await run(w.db, `update secret set latest = 2 where id = '${key}'`);
    await refused(w, warm, key);
    await sound();
  });

  test("E5: a name that was taken back, with the records of that time", async () => {
    const { w, warm, key, sound } = await scene();
    await copy(w.db, "old");
    await w.ask("ada", "PATCH", `/secrets/${key}`, { name: "NEW" });
    await run(w.db, `delete from secret_version where secret_id = '${key}'`);
    await run(
      w.db,
      `insert into secret_version select * from old_secret_version where secret_id = '${key}'`,
    );
    await run(w.db, `update secret set name = 'KEY' where id = '${key}'`);
    await refused(w, warm, key);
    await sound();
  });

  test("E5: a deleted secret that is put back", async () => {
    const { w, warm, key, sound } = await scene();
    await copy(w.db, "old");
    await w.ask("ada", "DELETE", `/secrets/${key}`);
    for (const table of ["secret", "secret_version", "secret_grant"]) {
      const id = table === "secret" ? "id" : "secret_id";
      await run(w.db, `delete from ${table} where ${id} = '${key}'`);
      await run(w.db, `insert into ${table} select * from old_${table} where ${id} = '${key}'`);
    }
    await refused(w, warm, key);
    await sound();
    expect((await warm.ask("ada", "DELETE", `/secrets/${key}`)).status).toBe(200);
    expect((await listed(warm, "ada")).length).toBe(1);
  });

  test("E5: the head rolled back alone", async () => {
    const { w, warm, key, sound } = await scene();
    await copy(w.db, "old");
    await w.ask("ada", "POST", `/secrets/${key}/versions`, { value: "three" });
    const fresh = await stored(w, "ada", "FRESH", "new");
    await run(w.db, `delete from secret_contents where user_id = 'ada'`);
    await run(
      w.db,
      `insert into secret_contents select * from old_secret_contents where user_id = 'ada'`,
    );
    await refused(w, warm, key);
    expect(await revealed(warm, "ada", fresh)).toBe("integrity_failure");
    await sound();
  });

  test.for([
    ["gone", `delete from secret_contents where user_id = 'ada'`],
    [
      "another user's",
      `update secret_contents set (dek_id, edition, record) = (select dek_id, edition, record from secret_contents where user_id = 'bob') where user_id = 'ada'`,
    ],
    [
      "of another edition",
      `update secret_contents set edition = edition + 1 where user_id = 'ada'`,
    ],
    [
      "changed by a bit",
      `update secret_contents set record = set_bit(record, 900, 1 - get_bit(record, 900)) where user_id = 'ada'`,
    ],
    ["cut", `update secret_contents set record = '' where user_id = 'ada'`],
    ["without its key", `delete from data_key where user_id = 'ada'`],
    [
      "under another user's key (E3)",
      `update data_key set wrapped = (select wrapped from data_key where user_id = 'bob') where user_id = 'ada'`,
    ],
    [
      "under a key that is made up (E3)",
      `update data_key set wrapped = 'vault:v1:AAAA' where user_id = 'ada'`,
    ],
    [
      "under a key of another name (E3)",
      `update data_key set dek_id = decode('000102030405060708090a0b0c0d0e0f', 'hex') where user_id = 'ada'`,
    ],
  ] as const)("a head that is %s makes nothing of this user usable", async ([what, statement]) => {
    const { w, warm, key, other } = await scene();
    await run(w.db, statement);
    // A server that has key and list in memory goes on with those, as long as the head is that very one.
    const isOurs = /bit|key/.test(what);
    expect(await used(warm, "ada", "app-1", "OTHER")).toBe(
      isOurs ? "granted other" : "integrity_failure",
    );
    const server = await w.another();
    for (const id of [key, other]) {
      expect(await revealed(server, "ada", id), what).toBe("integrity_failure");
    }
    expect(await used(server, "ada", "app-1", "OTHER")).toBe("integrity_failure");
    const made = await server.ask("ada", "POST", "/secrets", { name: "NEW", value: "x" });
    const merge = {
      mergeId: crypto.randomUUID(),
      secrets: [{ name: "N", value: "x" }],
      grants: [],
    };
    const merged = await server.ask("ada", "POST", "/merge", merge);
    const list = await server.ask("ada", "GET", "/secrets");
    for (const { code } of [made, merged, list]) expect(code).toBe("integrity_failure");
    expect(await used(server, "bob", "app-1", "KEY")).toBe("granted bob's");
    expect(await w.audited("ada")).toContain("integrity_failure app-1 OTHER");
    expect(await w.audited("ada")).toContain("integrity_failure NEW");
  });

  test("the answer to a merge that was changed is not given", async () => {
    const { w, sound } = await scene();
    const merge = {
      mergeId: crypto.randomUUID(),
      secrets: [{ name: "N", value: "x" }],
      grants: [],
    };
    await w.ask("ada", "POST", "/merge", merge);
    await run(w.db, `update secret_merge set answer = replace(answer, 'N', 'M')`);
    expect((await w.ask("ada", "POST", "/merge", merge)).code).toBe("integrity_failure");
    await sound();
  });
});
