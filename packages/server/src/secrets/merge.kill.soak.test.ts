import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgres } from "../db/postgres.ts";
import { startPostgres, type TestPostgres } from "../db/testing/postgres.ts";
import { migrated, testConfig } from "../db/testing.ts";
import { createLog } from "../log.ts";
import { addUser, createWorld, listed, used } from "./testing/world.ts";

/** E8: the database dies in the middle of a merge. SOAK says how often. */
const rounds = process.env.SOAK === undefined ? 4 : 100;
const size = 60;
/** A thousand secrets are the most that a user may have. */
const perUser = 10;

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres({ durable: true });
}, 60_000);
afterAll(() => server.stop());

test(`a merge that is killed ${rounds} times is there whole or not at all, and once in the end`, {
  timeout: 60_000 + rounds * 15_000,
}, async () => {
  const name = await server.createDatabase(await migrated(server));
  const db = await openPostgres(testConfig(server.url(name)), createLog("silent"));
  const w = await createWorld(db);
  for (let round = 0; round < rounds; round++) {
    const before = round % perUser;
    const user = `user${(round - before) / perUser}`;
    if (before === 0) await addUser(db, user);
    const names = Array.from({ length: size }, (_, n) => `R${round}_${n}`);
    const merge = {
      mergeId: crypto.randomUUID(),
      secrets: [...names, "SHARED"].map((one) => ({ name: one, value: `${one} of ${round}` })),
      grants: names.map((one) => ({ app: "app-1", name: one })),
    };
    const sent = w.ask(user, "POST", "/merge", merge);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    await server.kill();
    const { status } = await sent;
    expect([200, 503]).toContain(status);
    await server.start();
    await expect.poll(() => db.isReady(), { timeout: 15_000 }).toBe(true);

    const stored = (await listed(w, user)).filter((one) => one.name.startsWith(`R${round}_`));
    if (status === 200) expect(stored).toHaveLength(size);
    expect([0, size]).toContain(stored.length);
    const again = await w.ask(user, "POST", "/merge", merge);
    expect(again.status).toBe(200);
    const list = await listed(await w.another(), user);
    expect(list).toHaveLength((before + 1) * size + 1);
    for (const { name: one, version, damaged } of list) {
      expect([one, version, damaged]).toEqual([one, one === "SHARED" ? before + 1 : 1, false]);
    }
    expect(await used(w, user, "app-1", `R${round}_7`)).toBe(`granted R${round}_7 of ${round}`);
  }
  await db.close();
});
