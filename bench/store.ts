import { loadavg } from "node:os";
import { ensurePrograms, wrk as wrkProgram } from "../tools/programs.ts";
import { load, requestBytes } from "./load.ts";
import { columns, connections, measure, runs, seconds } from "./measure.ts";
import { signedInTimes } from "./store-browser.ts";
import { addCopies } from "./store-copies.ts";
import { addPeople, app, noDigest, person, secretsEach } from "./store-people.ts";
import { revocationTime } from "./store-revoke.ts";
import { startStore } from "./store-server.ts";
import { table } from "./table.ts";
import { yardstick } from "./yardstick.ts";

/**
 * `make bench-store`: reads and writes of secrets through HTTP, 10 connections, of a thousand secrets and of
 * a million in turns. Reads are what `get_secret` asks for: checked against the version head and written into
 * the audit list before the value leaves.
 */
ensurePrograms(wrkProgram);
const largeCount = Number(process.env.BENCH_SECRETS ?? 1_000_000);
const smallPeople = 1_000 / secretsEach;
const allPeople = largeCount / secretsEach;
/** People who are there at the same time, of all: their data keys fit into the server's memory. */
const activePeople = Math.min(5_000, allPeople);

const store = await startStore();
const { postgres } = store;
const small = await store.beside();

const say = (line: string) => {
  console.error(line);
};
console.log(
  `Load of the machine before: ${loadavg()[0]?.toFixed(2) ?? "?"}. All processes share it.\n`,
);
const speedBefore = yardstick();
say("1,000 secrets …");
await addPeople(postgres, small.database, small.server, 0, smallPeople);
const browser = await signedInTimes(small.site);
const revocation = await revocationTime(small.site);
say(`${largeCount} secrets: this takes minutes …`);
await addPeople(postgres, store.database, store.server, 0, activePeople);
await addCopies(postgres, store.database, activePeople, allPeople);
await postgres.query("vacuum analyze", store.database);
// What was just loaded is written out now: it would be in the way of what is measured.
await postgres.query("checkpoint", store.database);
// Every active person's app has asked once, as it would have during the day.
let warmed = 0;
await load(
  store.server.address,
  () =>
    requestBytes(
      store.server.host,
      "/api/v1/secrets/use",
      person(store.server.origin, warmed++).headers,
      { app, loads: noDigest, name: "KEY_0" },
    ),
  connections,
  () => warmed >= activePeople,
);
const rows: string[][] = [];
for (const kind of ["read", "write"] as const) {
  const name = (count: number) => `${kind}s, of ${count} secrets`;
  rows.push(
    ...(await measure(
      { name: name(1_000), requests: small.requests(kind, smallPeople), lines: small.lines },
      { name: name(largeCount), requests: store.requests(kind, activePeople), lines: store.lines },
    )),
  );
}
await small.stop();
await store.stop();

console.log(table(columns, rows));
console.log(
  `\nOne HKDF took ${speedBefore} before and ${yardstick()} after. ${runs} runs of ${seconds} s each in turns, medians. Of the many, ${activePeople} people are active, ${secretsEach} secrets each; the others are copies of theirs.`,
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
