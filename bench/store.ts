import { loadavg } from "node:os";
import { ensurePrograms, wrk as wrkProgram } from "../tools/programs.ts";
import { load, requestBytes } from "./load.ts";
import { columns, connections, measure, runs, seconds } from "./measure.ts";
import { signedInTimes } from "./store-browser.ts";
import { addPeople, app, person, secretsEach } from "./store-people.ts";
import { revocationTime } from "./store-revoke.ts";
import { startStore } from "./store-server.ts";
import { table } from "./table.ts";
import { yardstick } from "./yardstick.ts";

/**
 * `make bench-store`: reads and writes of secrets through HTTP, 10 connections. Reads are what
 * `get_secret` asks for: checked against the version head and written into the audit list before the
 * value leaves.
 */
ensurePrograms(wrkProgram);
const largeCount = Number(process.env.BENCH_SECRETS ?? 1_000_000);
const smallPeople = 1_000 / secretsEach;
const allPeople = largeCount / secretsEach;
/** People who are there at the same time, of all: their data keys fit into the server's memory. */
const activePeople = Math.min(5_000, allPeople);

const store = await startStore();
const { postgres, database, server, lines } = store;

const measured = (name: string, kind: "read" | "write", people: number) =>
  measure({ name, requests: store.requests(kind, people), lines });

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
  ...(await measured("reads, 1 k secrets", "read", smallPeople)),
  ...(await measured("writes, 1 k secrets", "write", smallPeople)),
];
const browser = await signedInTimes(store.site);
const revocation = await revocationTime(store.site);
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
    requestBytes(server.host, "/api/v1/secrets/use", person(server.origin, warmed++).headers, {
      app,
      name: "KEY_0",
    }),
  connections,
  () => warmed >= activePeople,
);
rows.push(
  ...(await measured(`reads, ${largeCount} secrets`, "read", activePeople)),
  ...(await measured(`writes, ${largeCount} secrets`, "write", activePeople)),
  ...(await measured(`reads, ${largeCount} secrets, everybody at once`, "read", allPeople)),
);
await store.stop();

console.log(table(columns, rows));
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
