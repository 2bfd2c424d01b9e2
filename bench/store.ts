import { spawnSync } from "node:child_process";
import { hkdfSync, randomBytes } from "node:crypto";
import { loadavg } from "node:os";
import { freePort, startServer } from "../e2e/harness/process.ts";
import { startPostgres } from "../packages/server/src/db/testing/postgres.ts";
import { ensurePrograms, wrk as wrkProgram } from "../tools/programs.ts";
import { type Load, load, requestBytes } from "./load.ts";
import { signedInTimes } from "./store-browser.ts";
import { addPeople, app, person, secretsEach } from "./store-people.ts";
import { revocationTime } from "./store-revoke.ts";
import { median, table } from "./table.ts";
import { wrk } from "./wrk.ts";

/**
 * `make bench-store`: reads and writes of secrets through HTTP, on a PostgreSQL that waits for its
 * disk and is reached by its socket, one app server and one key server, 10 connections. Reads are what
 * `get_secret` asks for: checked against the version head and written into the audit list before the
 * value leaves.
 */
ensurePrograms(wrkProgram);
const runs = Number(process.env.BENCH_RUNS ?? 3);
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const largeCount = Number(process.env.BENCH_SECRETS ?? 1_000_000);
const connections = 10;
const smallPeople = 1_000 / secretsEach;
const allPeople = largeCount / secretsEach;
/** People who are there at the same time, of all: their data keys fit into the server's memory. */
const activePeople = Math.min(5_000, allPeople);

const postgres = await startPostgres({
  durable: true,
  settings: ["shared_buffers=1GB", "max_wal_size=4GB"],
});
const database = await postgres.createDatabase();
const env = {
  DATABASE_URL: postgres.socketUrl(database),
  AUTH_SECRET: randomBytes(32).toString("hex"),
  DATA_DIR: process.env.DATA_DIR ?? "data",
  PORT: await freePort(),
  // Each person comes from an address of their own.
  TRUSTED_PROXIES: "1",
};
const migrated = spawnSync("node", ["packages/cli/src/main.ts", "migrate"], {
  env: { ...process.env, ...env },
  stdio: "inherit",
});
if (migrated.status !== 0) process.exit(1);
const started = await startServer(env);
const { origin, host } = new URL(started.address);
const server = { origin, host, address: new URL(`http://127.0.0.1:${env.PORT}`) };

/** Lines in all audit lists together. */
async function auditLines(): Promise<number> {
  const [row] = await postgres.query("select sum(seq)::int as lines from audit_head", database);
  return Number(row?.lines);
}

async function measure(name: string, kind: "read" | "write", people: number): Promise<string[]> {
  await wrk(kind, server, people, connections, 2);
  const results: Load[] = [];
  for (let run = 0; run < runs; run++) {
    const before = await auditLines();
    const result = await wrk(kind, server, people, connections, seconds);
    results.push(result);
    const lines = (await auditLines()) - before;
    if (lines < result.count - result.failed)
      throw new Error(`${name}: ${result.count} answers, and ${lines} lines in the audit`);
  }
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  const of = (field: "perSecond" | "p50" | "p99", digits: number) =>
    median(results.map((result) => result[field])).toFixed(digits);
  return [name, of("perSecond", 0), of("p50", 2), of("p99", 2), String(failed)];
}

/**
 * Microseconds for one HKDF of 64 bytes: how fast the machine is at this moment. Figures of different
 * moments can only be compared with it.
 */
function yardstick(): string {
  const bytes = randomBytes(32);
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    for (let n = 0; n < 10_000; n++) hkdfSync("sha512", bytes, bytes, "bench", 64);
    return (performance.now() - started) / 10;
  });
  return `${Math.min(...times).toFixed(1)} µs`;
}

const say = (line: string) => {
  console.error(line);
};
console.log(
  `Load of the machine before: ${loadavg()[0]?.toFixed(2) ?? "?"}. All processes share it.\n`,
);
const speedBefore = yardstick();
say("1,000 secrets …");
await addPeople(postgres, database, server, 0, smallPeople);
const rows = [
  await measure("reads, 1 k secrets", "read", smallPeople),
  await measure("writes, 1 k secrets", "write", smallPeople),
];
const browser = await signedInTimes(started.address);
const revocation = await revocationTime(started.address);
say(`${largeCount} secrets: this takes minutes …`);
await addPeople(postgres, database, server, smallPeople, allPeople);
await postgres.query("vacuum analyze", database);
// What was just loaded is written out now: it would be in the way of what is measured.
await postgres.query("checkpoint", database);
// Every active person's data key is fetched once, as it would have been during the day.
let warmed = 0;
await load(
  server.address,
  () =>
    requestBytes(host, "/api/v1/secrets/use", person(origin, warmed++).headers, {
      app,
      name: "KEY_0",
    }),
  connections,
  () => warmed >= activePeople,
);
rows.push(
  await measure(`reads, ${largeCount} secrets`, "read", activePeople),
  await measure(`writes, ${largeCount} secrets`, "write", activePeople),
  await measure(`reads, ${largeCount} secrets, everybody at once`, "read", allPeople),
);
await started.stop();
await postgres.stop();

console.log(table(["what", "a second", "p50 ms", "p99 ms", "failed"], rows));
console.log(
  `\nOne HKDF took ${speedBefore} before and ${yardstick()} after. ${runs} runs of ${seconds} s each, medians. ${activePeople} people are active, ${secretsEach} secrets each.`,
);
console.log("\nIn Chromium, signed in; get_secret from Python's call to its return\n");
console.log(
  table(
    ["measure", "median"],
    [
      ["get_secret while the app starts", `${browser.starting.toFixed(1)} ms`],
      ["get_secret of a page at rest", `${browser.resting.toFixed(1)} ms`],
      ["get_secret again in one run", `${(browser.again * 1000).toFixed(1)} µs`],
      [
        "a grant revoked on another device, until the app has to ask",
        `${revocation.toFixed(0)} ms`,
      ],
    ],
  ),
);
