import type { api } from "@portafilter/protocol";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../db/database.ts";
import { describeDatabases } from "../db/testing.ts";
import { createEvents, type Events } from "./events.ts";

const revoked: api.AccountEvent = { type: "grant.revoked", app: "app-1", name: "KEY" };
const ended: api.AccountEvent = { type: "session.ended" };

function listener(events: Events, userId: string, sessionId: string) {
  const heard: api.AccountEvent[] = [];
  const stop = events.subscribe(userId, sessionId, (event) => heard.push(event));
  return { heard, stop };
}
/** Sends one more, and waits until it is there: what was to come before it has come. */
async function settled(db: Database, events: Events, userId: string): Promise<void> {
  const probe = listener(events, userId, "probe");
  await db.transaction((tx) => events.publish(tx, userId, ended, "probe"));
  await expect.poll(() => probe.heard).toContainEqual(ended);
  probe.stop();
}

describeDatabases("events of an account", (open) => {
  test("reach its listeners on every server once the transaction is committed", async () => {
    const db = await open();
    const servers = [await createEvents(db), await createEvents(db)] as const;
    const here = listener(servers[0], "ada", "s1");
    const there = listener(servers[1], "ada", "s2");
    const other = listener(servers[1], "bob", "s3");
    await db.transaction(async (tx) => {
      await servers[0].publish(tx, "ada", revoked);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(there.heard).toEqual([]);
    });
    await expect.poll(() => [here.heard, there.heard]).toEqual([[revoked], [revoked]]);
    await settled(db, servers[1], "bob");
    expect(other.heard).toEqual([]);
    for (const server of servers) await server.close();
  });

  test("do not come from a transaction that was given up", async () => {
    const db = await open();
    const events = await createEvents(db);
    const { heard } = listener(events, "ada", "s1");
    const given = db.transaction(async (tx) => {
      await events.publish(tx, "ada", revoked);
      throw new Error("given up");
    });
    await expect(given).rejects.toThrow("given up");
    await settled(db, events, "ada");
    expect(heard).toEqual([]);
    await events.close();
  });

  test("the end of a sign-in is told to that one, or to all", async () => {
    const db = await open();
    const events = await createEvents(db);
    const [first, second, other] = [
      listener(events, "ada", "s1"),
      listener(events, "ada", "s2"),
      listener(events, "bob", "s1"),
    ];
    await db.transaction((tx) => events.publish(tx, "ada", ended, "s1"));
    await settled(db, events, "ada");
    expect([first.heard, second.heard]).toEqual([[ended], []]);
    await db.transaction((tx) => events.publish(tx, "ada", ended));
    await settled(db, events, "ada");
    expect([first.heard, second.heard]).toEqual([[ended, ended], [ended]]);
    await settled(db, events, "bob");
    expect(other.heard).toEqual([]);
    await events.close();
  });

  test("end with the subscription", async () => {
    const db = await open();
    const events = await createEvents(db);
    const { heard, stop } = listener(events, "ada", "s1");
    stop();
    stop();
    await db.transaction((tx) => events.publish(tx, "ada", revoked));
    await settled(db, events, "ada");
    expect(heard).toEqual([]);
    await events.close();
  });

  test.for([
    ["no JSON", "{"],
    ["no notice", `{"user":"ada"}`],
    ["no event", `{"user":"ada","event":{"type":"evil"}}`],
    ["more than a notice", `{"user":"ada","event":{"type":"session.ended"},"more":1}`],
    ["a prototype", `{"user":"__proto__","event":{"type":"session.ended"}}`],
  ] as const)("%s on the channel tells nothing", async ([, payload]) => {
    const db = await open();
    const events = await createEvents(db);
    const { heard } = listener(events, "ada", "s1");
    await sql`select pg_notify('portafilter_account', ${payload})`.execute(db.kysely);
    await settled(db, events, "ada");
    expect(heard).toEqual([]);
    await events.close();
  });

  test("a name as long as names may be fits", async () => {
    const db = await open();
    const events = await createEvents(db);
    const { heard } = listener(events, "u".repeat(64), "s1");
    const event = { type: "grant.given", app: "a".repeat(63), name: "N".repeat(128) } as const;
    await db.transaction((tx) => events.publish(tx, "u".repeat(64), event));
    await expect.poll(() => heard).toEqual([event]);
    await events.close();
  });
});

test("when some may not have arrived, everybody is told to ask again", async () => {
  let lost: (() => void) | undefined;
  const events = await createEvents({
    listen: (_channel, _on, onLost) => {
      lost = onLost;
      return Promise.resolve(() => Promise.resolve());
    },
  });
  const [ada, bob] = [listener(events, "ada", "s1"), listener(events, "bob", "s2")];
  lost?.();
  expect([ada.heard, bob.heard]).toEqual([[{ type: "resync" }], [{ type: "resync" }]]);
});
