import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { freePort, startServer } from "../e2e/harness/process.ts";
import { startPostgres } from "../packages/server/src/db/testing/postgres.ts";
import { secretsEach } from "./store-people.ts";
import type { Requests } from "./wrk.ts";

/** One app server and one key server, on a PostgreSQL that waits for its disk and is reached by its socket. */
export async function startStore() {
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
  if (migrated.status !== 0) throw new Error("the database could not be migrated");
  const started = await startServer(env);
  const { origin, host } = new URL(started.address);
  const address = new URL(`http://127.0.0.1:${env.PORT}`);
  return {
    /** The platform's address, for a browser. */
    site: started.address,
    /** Where requests go to, and what they say of where they come from. */
    server: { origin, host, address },
    postgres,
    database,
    requests: (kind: "read" | "write", people: number): Requests => ({
      script: "bench/requests.lua",
      args: [kind, origin, host, `${people}`, `${secretsEach}`],
      address,
    }),
    /** Lines in all audit lists together. */
    lines: async (): Promise<number> => {
      const [row] = await postgres.query("select sum(seq)::int as lines from audit_head", database);
      return Number(row?.lines);
    },
    async stop() {
      await started.stop();
      await postgres.stop();
    },
  };
}
