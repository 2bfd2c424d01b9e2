import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { openPostgres } from "./postgres.ts";
import { listenOn } from "./postgres-listener.ts";
import { startPostgres, type TestPostgres } from "./testing/postgres.ts";
import { migrated, testConfig } from "./testing.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres({ durable: true });
}, 120_000);
afterAll(() => server.stop());

async function open(settings = {}, way: "url" | "socketUrl" = "url") {
  const name = await server.createDatabase(await migrated(server));
  const config = { ...testConfig(server[way](name)), ...settings };
  const database = await openPostgres(config, createLog("silent"));
  onTestFinished(() => database.close());
  return { ...database, name, config };
}

test.for([
  { over: "TCP", way: "url" },
  { over: "a socket that goes with it", way: "socketUrl" },
] as const)(
  "killed and started again, the database is there again without a restart of the server, over $over",
  {
    timeout: 60_000,
  },
  async ({ way }) => {
    const { kysely, transaction, listen, isReady, name } = await open({}, way);
    await sql`create table kept (n int8 primary key)`.execute(kysely);
    const heard: string[] = [];
    let lost = 0;
    const end = await listen(
      "some_channel",
      (payload) => heard.push(payload),
      () => {
        lost += 1;
      },
    );
    onTestFinished(end);
    // Idle ones, one in the middle of a statement, and one between two statements of a transaction.
    await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.05)`.execute(kysely)));
    const waiting = expect(sql`select pg_sleep(60)`.execute(kysely)).rejects.toMatchObject({
      code: "database_unavailable",
    });
    const killed = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const between = transaction(async (tx) => {
      await sql`insert into kept values (1)`.execute(tx);
      begun.resolve(undefined);
      await killed.promise;
      await sql`insert into kept values (2)`.execute(tx);
    });
    const refused = expect(between).rejects.toMatchObject({ code: "database_unavailable" });
    await begun.promise;

    await server.kill();
    await waiting;
    killed.resolve(undefined);
    await refused;
    await expect(sql`select 1`.execute(kysely)).rejects.toMatchObject({
      code: "database_unavailable",
    });
    expect(await isReady()).toBe(false);
    await expect.poll(() => lost, { timeout: 10_000 }).toBe(1);

    await server.start();
    await expect.poll(isReady, { timeout: 10_000 }).toBe(true);
    await expect.poll(() => lost, { timeout: 10_000 }).toBe(2);
    await transaction((tx) => sql`insert into kept values (3)`.execute(tx));
    expect((await sql`select n from kept`.execute(kysely)).rows).toEqual([{ n: 3 }]);
    await server.query("select pg_notify('some_channel', 'again')", name);
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["again"]);
  },
);

test("while the database is away, whoever listens to it pauses between two attempts", async () => {
  const attempts: number[] = [];
  const note = () => attempts.push(performance.now());
  const log = { ...createLog("silent"), debug: note, warn: () => undefined };
  const deaf = { on: () => undefined, onLost: () => undefined };
  const end = await listenOn(testConfig(server.url("postgres")), "some_channel", deaf, log);
  onTestFinished(end);
  await server.kill();
  await expect.poll(() => attempts.length, { timeout: 20_000 }).toBeGreaterThan(3);
  await server.start();
  const [first = 0, , , fourth = 0] = attempts;
  // Pauses of 100, 200 and 500 ms.
  expect(fourth - first).toBeGreaterThan(700);
}, 60_000);

/** A database that can fall silent: it takes connections, and what comes over them, and says nothing. */
async function silenceable() {
  const state = { isSilent: false };
  const open = new Set<Socket>();
  const front = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket.on("error", () => undefined));
    const behind = connect(server.port, "127.0.0.1").on("error", () => undefined);
    socket.on("close", () => behind.destroy());
    socket.on("data", (part: Buffer) => state.isSilent || behind.write(part));
    behind.on("data", (part: Buffer) => state.isSilent || socket.write(part));
  });
  await once(front.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    const closed = once(front.close(), "close");
    for (const socket of open) socket.destroy();
    await closed;
  });
  const { port } = front.address() as AddressInfo;
  const url = server.url("postgres").replace(`:${server.port}/`, `:${port}/`);
  const deaf = { on: () => undefined, onLost: () => undefined };
  const end = await listenOn(testConfig(url), "some_channel", deaf, createLog("silent"));
  return { state, open, front, end };
}

test("whoever listens stops at once, though a connection is being made to a database that does not answer", async () => {
  const { state, open, front, end } = await silenceable();
  // No limit and no pause comes to its end any more.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  state.isSilent = true;
  const again = once(front, "connection");
  for (const socket of open) socket.destroy();
  const [socket] = (await again) as [Socket];
  // It has been asked.
  await once(socket, "data");
  await end();
});

test("whoever listens stops, though the database no longer answers", async () => {
  const { state, open, end } = await silenceable();
  state.isSilent = true;
  const [socket] = open;
  await end();
  await expect.poll(() => socket?.readableEnded).toBe(true);
});

test("a server that ends single connections, as on a change of its settings, is not noticed later", async () => {
  const { kysely, isReady } = await open({ pool: 3 });
  await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.05)`.execute(kysely)));
  await server.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'portafilter'",
  );
  await expect.poll(isReady, { timeout: 10_000 }).toBe(true);
  for (let i = 0; i < 6; i += 1) await sql`select 1`.execute(kysely);
});

test("a transaction that waits for a row too long, and a pool that is used up, are problems", async () => {
  const { kysely, transaction, isReady } = await open({
    pool: 2,
    lockTimeout: 200,
    connectTimeout: 2_000,
  });
  await sql`create table one (n int8)`.execute(kysely);
  await sql`insert into one values (0)`.execute(kysely);
  const release = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<undefined>();
  const holding = transaction(async (tx) => {
    await sql`update one set n = 1`.execute(tx);
    held.resolve(undefined);
    await release.promise;
  });
  await held.promise;
  await expect(sql`update one set n = 2`.execute(kysely)).rejects.toMatchObject({
    code: "database_unavailable",
  });
  const second = transaction(() => release.promise);
  await expect(sql`select 1`.execute(kysely)).rejects.toMatchObject({
    code: "database_unavailable",
  });
  release.resolve(undefined);
  await Promise.all([holding, second]);
  expect(await isReady()).toBe(true);
});

test("a copy that takes no writes is not ready", async () => {
  const { kysely, config, name } = await open();
  await server.query(`alter database ${name} set default_transaction_read_only = on`);
  const reading = await openPostgres(config, createLog("silent"));
  onTestFinished(() => reading.close());
  expect(await reading.isReady()).toBe(false);
  await expect(sql`create table t (n int8)`.execute(reading.kysely)).rejects.toMatchObject({
    code: "database_unavailable",
  });
  await sql`create table t (n int8)`.execute(kysely);
});

test("a database that cannot be used stops the start with one line without its password", async () => {
  const start = (url: string) =>
    openPostgres({ ...testConfig(url), startTimeout: 100 }, createLog("silent"));
  const url = server.url("nothere").replace("owner", "owner:canary-pw");
  await expect(start(url)).rejects.toThrow(/^There is no database of that name.$/);
  await expect(start(server.url("postgres", "stranger"))).rejects.toThrow(
    /^The database refuses the user or the password.$/,
  );
  await expect(start("postgres://owner:canary-pw@127.0.0.1:1/x")).rejects.toThrow(
    /^The database cannot be reached \(ECONNREFUSED\).$/,
  );
});

test("tables that are changed under it cost each connection one statement", async () => {
  const { kysely } = await open({ pool: 1 });
  await sql`create table changed (n int8)`.execute(kysely);
  const read = () => sql`select * from changed`.execute(kysely);
  await read();
  await sql`alter table changed add more int8`.execute(kysely);
  await expect(read()).rejects.toMatchObject({ code: "database_unavailable" });
  await read();
});

test("more statements than a connection keeps prepared work all the same", async () => {
  const { kysely } = await open({ pool: 1 });
  for (let n = 0; n < 400; n += 1) {
    const { rows } = await sql`select ${sql.lit(n)}::int8 as n`.execute(kysely);
    expect(rows).toEqual([{ n }]);
  }
  const kept = await sql<{ n: number }>`select count(*) as n from pg_prepared_statements`.execute(
    kysely,
  );
  expect(kept.rows[0]?.n).toBe(300);
});
