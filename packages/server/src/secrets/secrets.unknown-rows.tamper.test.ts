import { api } from "@portafilter/protocol";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, revealed, stored, used } from "./testing/world.ts";

/** Rows that somebody else wrote, with what no answer of the API may hold. */
describeDatabases("rows that we never write", (open) => {
  async function scene() {
    const w = await createWorld(await open());
    const key = await stored(w, "ada", "KEY", "one");
    const other = await stored(w, "ada", "OTHER", "other");
    for (const secretId of [key, other]) {
      await w.ask("ada", "POST", "/grants", { app: "app-1", secretId, until: null });
    }
    const run = (statement: string) => sql.raw(statement).execute(w.db.kysely);
    return { w, key, run };
  }

  test("E5: times that are none make nothing unreadable", async () => {
    const { w, key, run } = await scene();
    const times = ["infinity", "-infinity", "10000-01-01", "294000-01-01", "0044-03-15 BC"];
    for (const time of times) {
      await run(`update secret set created_at = '${time}', updated_at = '${time}'`);
      await run(`update secret set last_used_at = '${time}' where id = '${key}'`);
      await run(`update secret_version set created_at = '${time}'`);
      await run(`update secret_grant set created_at = '${time}', last_used_at = '${time}'`);
      expect(
        (await listed(w, "ada")).map(({ name, damaged }) => [name, damaged]),
        time,
      ).toEqual([
        ["KEY", false],
        ["OTHER", false],
      ]);
      const versions = await w.ask("ada", "GET", `/secrets/${key}/versions`);
      expect(api.versionList.parse(versions.body).versions, time).toHaveLength(1);
      expect(await used(w, "ada", "app-1", "KEY")).toBe("granted one");
    }
  });

  test.for([
    ["name", `update secret set name = 'not a name' where id = $key`],
    ["app", `update secret_grant set app = 'NOT AN APP' where secret_id = $key`],
    ["end", `update secret_grant set until = '10000-01-01' where secret_id = $key`],
  ] as const)(
    "E5: a secret with a %s that is none can be deleted, and hides no other",
    async ([what, statement]) => {
      const { w, key, run } = await scene();
      await run(statement.replace("$key", `'${key}'`));
      const shown = what === "name" ? `damaged-${key}` : "KEY";
      const list = await listed(await w.another(), "ada");
      expect(list.toSorted((a, b) => Number(b.damaged) - Number(a.damaged))).toMatchObject([
        { id: key, name: shown, damaged: true, grants: what === "name" ? [{ app: "app-1" }] : [] },
        { name: "OTHER", damaged: false, grants: [{ app: "app-1" }] },
      ]);
      expect(await revealed(w, "ada", key)).toBe("integrity_failure");
      expect((await w.ask("ada", "DELETE", `/secrets/${key}`)).body).toEqual({});
      expect((await listed(w, "ada")).map(({ name }) => name)).toEqual(["OTHER"]);
      // What was written down of it can be read, too.
      const { entries } = api.auditPage.parse(await w.audit.page("ada", null));
      expect(entries.slice(0, 2)).toMatchObject([
        { action: "secret.deleted", secret: shown },
        { action: "integrity_failure", secret: what === "name" ? null : "KEY" },
      ]);
    },
  );

  test("E5: a row with an id that is none is left out", async () => {
    const { w, run } = await scene();
    await run(`insert into secret (id, user_id, name, created_at, updated_at, latest, oldest)
      values ('not an id', 'ada', 'ADDED', now(), now(), 1, 1)`);
    expect((await listed(w, "ada")).map(({ name }) => name)).toEqual(["KEY", "OTHER"]);
    expect(await used(w, "ada", "app-1", "ADDED")).toBe("integrity_failure");
  });
});
