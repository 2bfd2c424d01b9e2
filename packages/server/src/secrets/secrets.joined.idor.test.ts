import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { seeNamed } from "./rows/store.ts";
import { createWorld, noDigest, stored, used } from "./testing/world.ts";

/** Two people who let the same app have a secret of the same name. */
async function worldOfTwo(database: Parameters<typeof createWorld>[0]) {
  const w = await createWorld(database);
  for (const user of ["ada", "bob"]) {
    const id = await stored(w, user, "KEY", `KEY of ${user}`);
    await w.ask(user, "POST", "/grants", { app: "app-1", secretId: id, until: null });
  }
  return w;
}

describeDatabases("D1: reads of many people that share a statement", (open) => {
  test("give each their own value, or their own refusal", async () => {
    const w = await createWorld(await open());
    for (const user of ["ada", "bob"]) {
      for (const name of ["KEY", "OTHER"]) {
        const id = await stored(w, user, name, `${name} of ${user}`);
        await w.ask(user, "POST", "/grants", { app: "app-1", secretId: id, until: null });
      }
    }
    const adas = await stored(w, "ada", "HERS", "hers alone");
    await w.ask("ada", "POST", "/grants", { app: "app-2", secretId: adas, until: null });
    const expected: [user: string, app: string, name: string, answer: string][] = [
      ["ada", "app-1", "KEY", "granted KEY of ada"],
      ["bob", "app-1", "KEY", "granted KEY of bob"],
      ["bob", "app-1", "OTHER", "granted OTHER of bob"],
      ["ada", "app-1", "OTHER", "granted OTHER of ada"],
      ["ada", "app-2", "HERS", "granted hers alone"],
      ["bob", "app-2", "HERS", "unknown"],
      ["ada", "app-1", "HERS", "known"],
      ["nobody", "app-1", "KEY", "unknown"],
    ];
    // A new server has no head in memory, and then has them.
    const server = await w.another();
    for (let round = 0; round < 2; round += 1) {
      const all = [...expected, ...expected.toReversed()];
      const answers = await Promise.all(
        all.map(([user, app, name]) => used(server, user, app, name)),
      );
      expect(answers).toEqual(all.map(([, , , answer]) => answer));
    }
  });

  test.each([
    ["the head", `update secret_contents set record = decode(repeat('07', 200), 'hex')`],
    ["a grant until no time", "update secret_grant set until = 'infinity'"],
  ])("with %s tampered with are refused for that one, and for nobody else", async (_, change) => {
    const w = await worldOfTwo(await open());
    await sql.raw(`${change} where user_id = 'ada'`).execute(w.db.kysely);
    const users = ["bob", "ada", "bob", "ada"];
    const answers = await Promise.all(users.map((user) => used(w, user, "app-1", "KEY")));
    const [bobs, adas] = ["granted KEY of bob", "integrity_failure"];
    expect(answers).toEqual([bobs, adas, bobs, adas]);
  });

  test("confirm each its own sign-in, by a token in use and of that very user", async () => {
    const { db } = await worldOfTwo(await open());
    const at = new Date();
    const hash = (n: number) => Buffer.alloc(32, n);
    const session = (id: string, user: string, n: number) => ({
      id,
      user_id: user,
      token_hash: hash(n),
      next_hash: hash(n + 10),
      next_at: at,
      device: null,
      created_at: at,
      confirmed_at: at,
      seen_at: at,
    });
    await db.kysely
      .insertInto("account_session")
      .values([session("s1", "ada", 1), session("s2", "bob", 2)])
      .execute();
    const asked: [user: string, token: string | null, stands: boolean][] = [
      ["ada", hash(1).toString("hex"), true],
      ["bob", hash(1).toString("hex"), false],
      ["ada", hash(2).toString("hex"), false],
      ["bob", hash(2).toString("hex"), true],
      ["ada", hash(11).toString("hex"), false],
      ["ada", hash(9).toString("hex"), false],
      ["ada", "", false],
      ["ada", null, true],
      ["nobody", hash(1).toString("hex"), false],
    ];
    const seen = await seeNamed(
      db.kysely,
      asked.map(([userId, token]) => ({
        userId,
        token,
        app: "app-1",
        loads: noDigest,
        name: "KEY",
        known: null,
        wantsNames: true,
      })),
    );
    expect(seen.map(({ stands }) => stands)).toEqual(asked.map(([, , stands]) => stands));
    const ids = await db.kysely.selectFrom("secret").select(["user_id", "id", "name"]).execute();
    const names = asked.map(([userId]) =>
      ids.filter((row) => row.user_id === userId).map(({ id, name }) => [id, name]),
    );
    expect(seen.map((one) => one.names)).toEqual(names);
  });
});
