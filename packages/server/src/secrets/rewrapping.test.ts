import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { describeDatabases } from "../db/testing.ts";
import { KeyServerError } from "../keys/failure.ts";
import { clientFor } from "../keys/testing/client.ts";
import { type RealKeyServer, startRealKeyServer } from "../keys/testing/real-key-server.ts";
import type { Transit } from "../keys/transit.ts";
import { rewrapAll } from "./rewrapping.ts";
import { addUser, createWorld, revealed, stored } from "./testing/world.ts";

let server: RealKeyServer;
beforeAll(async () => {
  server = await startRealKeyServer();
}, 60_000);
afterAll(() => server.remove());

const key = "transit/keys/portafilter";

/** Accounts with a secret each, as many as need more than one batch, and the key server's key rotated. */
async function scene(db: Database, count = 105) {
  const client = () => clientFor(server.origin, { token: () => server.appToken });
  const { transit } = client();
  const w = await createWorld(db, () => client().dataKeys);
  const users = Array.from({ length: count }, (_, n) => `user${n}`);
  const ids = new Map<string, string>();
  for (const user of users) {
    await addUser(db, user);
    ids.set(user, await stored(w, user, "KEY", `value of ${user}`));
  }
  const before = await wrappings(db);
  await server.operate(`${key}/rotate`);
  const { latestVersion: version } = await transit.readKey();
  /** All that is given out by a server that has nothing in memory. */
  const readAll = async () => {
    const cold = await w.another();
    for (const [user, id] of ids) expect(await revealed(cold, user, id)).toBe(`value of ${user}`);
  };
  return { w, transit, users, ids, before, version, readAll };
}

async function wrappings(db: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await db.kysely.selectFrom("data_key").select(["user_id", "wrapped"]).execute();
  return new Map(rows.map((row) => [row.user_id, row.wrapped]));
}

describeDatabases("wrapping all data keys anew", (open) => {
  test("leaves none under an older version, while secrets are written, and nothing is lost", async () => {
    const db = await open();
    const { w, transit, users, ids, version, readAll } = await scene(db);
    const looked: number[] = [];
    const writing = users.slice(0, 20).map(async (user) => {
      const path = `/secrets/${ids.get(user) ?? ""}/versions`;
      await w.ask(user, "POST", path, { value: "another" });
      await w.ask(user, "POST", path, { value: `value of ${user}` });
    });
    const [done] = await Promise.all([
      rewrapAll(db.kysely, transit, (count) => looked.push(count)),
      ...writing,
    ]);
    expect(done).toEqual({ version, anew: 105, already: 0, moved: 0, left: 0, leftOf: [] });
    expect(looked).toEqual([100, 105]);
    await server.operate(`${key}/config`, { min_decryption_version: version });
    await readAll();
    await w.ask("bob", "POST", "/secrets", { name: "NEW", value: "under the new one" });
    expect(await rewrapAll(db.kysely, transit)).toMatchObject({ anew: 0, already: 106 });
    await server.operate(`${key}/config`, { min_decryption_version: 1 });
  }, 120_000);

  test("goes on where the key server failed it", async () => {
    const db = await open();
    const { transit, version, readAll } = await scene(db);
    let calls = 0;
    const failing = {
      ...transit,
      rewrap: (all: Parameters<Transit["rewrap"]>[0]) => {
        calls += 1;
        return calls === 2
          ? Promise.reject(new KeyServerError("unreachable"))
          : transit.rewrap(all);
      },
    };
    await expect(rewrapAll(db.kysely, failing)).rejects.toMatchObject({ reason: "unreachable" });
    const under = [...(await wrappings(db)).values()].filter((one) =>
      one.startsWith(`vault:v${version}:`),
    );
    expect(under).toHaveLength(100);
    expect(await rewrapAll(db.kysely, transit)).toMatchObject({ anew: 5, already: 100, left: 0 });
    await readAll();
  }, 120_000);

  test("replaces nothing by what is not the same key, nor what changed meanwhile", async () => {
    const db = await open();
    const { transit, before, version, readAll } = await scene(db, 4);
    const lying = {
      ...transit,
      async rewrap(all: Parameters<Transit["rewrap"]>[0]) {
        const [first, second, third, fourth] = await transit.rewrap(all);
        if (!first || !second || !third || !fourth) throw new Error("four were asked for");
        // The first key is another one of that very user, the second another user's, the third's row changes.
        const other = await transit.wrap("user0", new Uint8Array(32).fill(7));
        const [again] = await transit.rewrap([{ userId: "user2", wrapped: all[2]?.wrapped ?? "" }]);
        if (again === undefined || again instanceof KeyServerError) throw new Error("it is sound");
        await sql`update data_key set wrapped = ${again.wrapped} where user_id = 'user2'`.execute(
          db.kysely,
        );
        return [other, first, third, fourth];
      },
    };
    expect(await rewrapAll(db.kysely, lying)).toEqual({
      ...{ version, anew: 1, already: 0, moved: 1, left: 2 },
      leftOf: ["user0", "user1"],
    });
    const after = await wrappings(db);
    for (const user of ["user0", "user1"]) expect(after.get(user)).toBe(before.get(user));
    await readAll();
    expect(await rewrapAll(db.kysely, transit)).toMatchObject({ anew: 2, already: 2 });
    await readAll();
  }, 120_000);
});
