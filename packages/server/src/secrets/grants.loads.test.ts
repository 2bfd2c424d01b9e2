import { type Loads, loadsText } from "@portafilter/protocol";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { sha256Of } from "../hash.ts";
import { createKnownHeads } from "./known-heads.ts";
import { createChange } from "./ledger.ts";
import { createWorld, listed, noDigest, type Server, stored, used } from "./testing/world.ts";

const helper = { name: "helper", version: "1.0", sha256: "a".repeat(64) };
const before: Loads = [helper];
const after: Loads = [{ ...helper, sha256: "b".repeat(64) }];
const digest = (list: Loads) => sha256Of(loadsText(list));

const allow = (server: Server, loads: unknown, name = "KEY", value: string | null = "one") =>
  server.ask("ada", "POST", "/secrets/allow", { app: "app-1", loads, name, value, until: null });
const use = async (server: Server, loads: unknown, app = "app-1") =>
  (await server.ask("ada", "POST", "/secrets/use", { app, loads, name: "KEY" })).body;

describeDatabases("attack A11: a grant is for an app and the packages it loads", (open) => {
  test("with other packages the app gets nothing, and its visitor is told with which it was allowed", async () => {
    const w = await createWorld(await open());
    await allow(w, before);
    // By the head that is in memory, by one that is read, and by that again.
    const cold = await w.another();
    for (const server of [w, cold, cold]) {
      expect(await use(server, digest(after))).toEqual({ standing: "changed", before });
      expect(await use(server, noDigest)).toEqual({ standing: "changed", before });
      expect(await used(server, "ada", "app-1", "KEY", digest(before))).toBe("granted one");
    }
    expect(await use(w, digest(before), "app-2")).toEqual({ standing: "known" });
    expect((await w.audited("ada")).filter((line) => line.startsWith("secret.used"))).toHaveLength(
      4,
    );
  });

  test("what is allowed anew takes the place of what was allowed before, on every server", async () => {
    const w = await createWorld(await open());
    const elsewhere = await w.another();
    await allow(w, before);
    expect(await used(elsewhere, "ada", "app-1", "KEY", digest(before))).toBe("granted one");
    expect((await allow(w, after, "KEY", null)).body).toEqual({ value: "one" });
    expect(w.events.slice(-1)).toEqual([{ type: "grant.given", app: "app-1", name: "KEY" }]);
    for (const server of [elsewhere, w]) {
      expect(await use(server, digest(before))).toEqual({ standing: "changed", before: after });
      expect(await used(server, "ada", "app-1", "KEY", digest(after))).toBe("granted one");
    }
    expect(await listed(w, "ada")).toMatchObject([{ grants: [{ loads: digest(after) }] }]);
  });

  test("what a tab allowed comes with its packages, and a switch gives by their digest", async () => {
    const w = await createWorld(await open());
    const secrets = [{ name: "KEY", value: "one" }];
    const grants = [{ app: "app-1", name: "KEY", loads: before }];
    await w.ask("ada", "POST", "/merge", { mergeId: crypto.randomUUID(), secrets, grants });
    expect(await used(w, "ada", "app-1", "KEY", digest(before))).toBe("granted one");
    expect(await use(w, noDigest)).toEqual({ standing: "changed", before });

    const [secret] = await listed(w, "ada");
    const given = { app: "app-2", secretId: secret?.id, until: null, loads: digest(before) };
    await w.ask("ada", "POST", "/grants", given);
    expect(await used(w, "ada", "app-2", "KEY", digest(before))).toBe("granted one");
    expect(await use(w, noDigest, "app-2")).toEqual({ standing: "changed", before: null });
  });

  test("absent, malformed, unsorted or too long is refused, and nothing is stored", async () => {
    const w = await createWorld(await open());
    await stored(w, "ada", "KEY", "one");
    const many = Array.from({ length: 201 }, (_, at) => {
      return { ...helper, version: String(1000 + at) };
    });
    const wrong = [undefined, null, {}, [{ ...helper, name: "Helper" }], [helper, helper], many];
    for (const loads of [...wrong, [{ ...helper, more: 1 }], [helper, { ...helper, name: "a" }]]) {
      expect((await allow(w, loads)).code).toBe("bad_request");
    }
    for (const loads of [undefined, null, "", "a".repeat(63), "A".repeat(64), []]) {
      const asked = { app: "app-1", loads, name: "KEY" };
      expect((await w.ask("ada", "POST", "/secrets/use", asked)).code).toBe("bad_request");
    }
    expect(await listed(w, "ada")).toMatchObject([{ grants: [] }]);
  });

  test("a grant from before is listed and can be revoked, and the app is asked about again", async () => {
    const db = await open();
    const w = await createWorld(db);
    const id = await stored(w, "ada", "KEY", "one");
    const { dataKeys, audit } = w;
    const change = createChange({ db, dataKeys, audit }, createKnownHeads(10));
    await change({ userId: "ada", device: null }, async (page) => {
      const found = await page.find({ id });
      if (found === null) throw new Error("it was stored");
      await sql`insert into secret_grant (user_id, secret_id, app, created_at)
        values ('ada', ${id}, 'old', now())`.execute(page.tx);
      const old = { app: "old", until: null, loads: null, createdAt: 0, lastUsedAt: null };
      page.put({ ...found.secret, grants: [old] });
    });
    expect(await use(w, noDigest, "old")).toEqual({ standing: "known" });
    expect(await listed(w, "ada")).toMatchObject([
      { damaged: false, grants: [{ app: "old", loads: null }] },
    ]);
    await allow(w, before);
    expect(await used(w, "ada", "app-1", "KEY", digest(before))).toBe("granted one");
    await w.ask("ada", "POST", "/grants/revoke", { app: "old", secretId: id });
    expect(await listed(w, "ada")).toMatchObject([{ damaged: false, grants: [{ app: "app-1" }] }]);
  });
});

describeDatabases("attack E5: the packages of a grant are changed in the database", (open) => {
  test.for([
    ["the digest", `update secret_grant set loads = '${digest(after)}'`],
    ["the digest, to none", "update secret_grant set loads = null"],
    [
      "digest and list",
      `update secret_grant set loads = '${digest(after)}', loads_list = '${loadsText(after)}'`,
    ],
    ["the digest, to nonsense", "update secret_grant set loads = 'x'"],
  ] as const)("%s", async ([, statement]) => {
    const db = await open();
    const w = await createWorld(db);
    await allow(w, before);
    await allow(w, before, "OTHER");
    await sql
      .raw(`${statement} where secret_id = (select id from secret where name = 'KEY')`)
      .execute(db.kysely);
    const cold = await w.another();
    for (const server of [w, cold, cold]) {
      for (const list of [before, after])
        expect(await used(server, "ada", "app-1", "KEY", digest(list))).toBe("integrity_failure");
      expect(await used(server, "ada", "app-1", "OTHER", digest(before))).toBe("granted one");
    }
    expect((await listed(cold, "ada")).map(({ name, damaged }) => [name, damaged])).toEqual([
      ["KEY", true],
      ["OTHER", false],
    ]);
    expect(await w.audited("ada")).toContain("integrity_failure app-1 KEY");
  });

  test("the list alone: it is not shown; without one only the digest is known", async () => {
    const db = await open();
    const w = await createWorld(db);
    await allow(w, before);
    await sql`update secret_grant set loads_list = ${loadsText(after)}`.execute(db.kysely);
    expect(await used(w, "ada", "app-1", "KEY", digest(after))).toBe("integrity_failure");
    expect(await used(w, "ada", "app-1", "KEY", digest(before))).toBe("granted one");
    await sql`update secret_grant set loads_list = null`.execute(db.kysely);
    expect(await use(w, digest(after))).toEqual({ standing: "changed", before: null });
  });
});
