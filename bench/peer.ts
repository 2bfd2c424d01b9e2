import { randomBytes } from "node:crypto";
import { loadavg } from "node:os";
import { ensurePrograms, wrk as wrkProgram } from "../tools/programs.ts";
import { columns, measure, runs, seconds } from "./measure.ts";
import { startPeer } from "./peer-server.ts";
import { addPeople, secretsEach } from "./store-people.ts";
import { startStore } from "./store-server.ts";
import { table } from "./table.ts";
import { yardstick } from "./yardstick.ts";

/**
 * `make bench-peer`: reads and writes of a thousand secrets, ours and those of a KV v2 out of Vault's code,
 * in turns on one machine.
 */
ensurePrograms(wrkProgram);
const people = 1_000 / secretsEach;
console.log(
  `Load of the machine before: ${loadavg()[0]?.toFixed(2) ?? "?"}. All processes share it.\n`,
);
const speedBefore = yardstick();
const store = await startStore();
await addPeople(store.postgres, store.database, store.server, 0, people);
const plain = await startPeer({ audit: false });
const audited = await startPeer({ audit: true });
for (const peer of [plain, audited]) {
  for (let n = 0; n < 1_000; n += 10) {
    await Promise.all(
      Array.from({ length: 10 }, (_, more) => {
        const [person, key] = [Math.floor((n + more) / secretsEach), (n + more) % secretsEach];
        return peer.write(person, `KEY_${key}`, randomBytes(32).toString("hex"));
      }),
    );
  }
}
const rows: string[][] = [];
for (const kind of ["read", "write"] as const) {
  rows.push(
    ...(await measure(
      { name: `${kind}s, ours`, requests: store.requests(kind, people), lines: store.lines },
      {
        name: `${kind}s, KV v2 with an audit file`,
        requests: audited.requests(kind, people, secretsEach),
      },
      {
        name: `${kind}s, KV v2 without audit`,
        requests: plain.requests(kind, people, secretsEach),
      },
    )),
  );
}
await Promise.all([store.stop(), plain.stop(), audited.stop()]);
console.log(table(columns, rows));
console.log(
  `\nOne HKDF took ${speedBefore} before and ${yardstick()} after. ${runs} runs of ${seconds} s each in turns, medians.`,
);
