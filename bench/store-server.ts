import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { symlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort, startServer } from "../e2e/harness/process.ts";
import { startPostgres, type TestPostgres } from "../packages/server/src/db/testing/postgres.ts";
import { secretsEach } from "./store-people.ts";
import type { Requests } from "./wrk.ts";

const dataDir = resolve(process.env.DATA_DIR ?? "data");

/** One app server and one key server, on a PostgreSQL that waits for its disk and is reached by its socket. */
export async function startStore() {
  const postgres = await startPostgres({
    durable: true,
    settings: ["shared_buffers=1GB", "max_wal_size=4GB"],
  });
  const first = await startOn(postgres, dataDir);
  return {
    ...first,
    postgres,
    /** Two servers more, on another database of that PostgreSQL. */
    async beside() {
      const folder = await mkdtemp(join(tmpdir(), "portafilter-bench-"));
      for (const name of ["packages", "compressed", "index", "listed", "snapshots"])
        symlinkSync(join(dataDir, name), join(folder, name));
      const other = await startOn(postgres, folder);
      return {
        ...other,
        async stop() {
          await other.stop();
          await rm(folder, { recursive: true });
        },
      };
    },
    async stop() {
      await first.stop();
      await postgres.stop();
    },
  };
}

async function startOn(postgres: TestPostgres, folder: string) {
  const database = await postgres.createDatabase();
  const env = {
    DATABASE_URL: postgres.socketUrl(database),
    AUTH_SECRET: randomBytes(32).toString("hex"),
    DATA_DIR: folder,
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
    stop: async () => {
      await started.stop();
    },
  };
}
