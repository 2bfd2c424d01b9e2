import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Load } from "./load.ts";
import { secretsEach } from "./store-people.ts";

const run = promisify(execFile);

/** Whom wrk asks, and as how many people. */
export type Target = Readonly<{ origin: string; host: string; address: URL }>;

/**
 * Loads a server with reads or writes of secrets by wrk, one thread: what OpenBao was measured with, and a
 * client that leaves the processors to the server.
 */
export async function wrk(
  kind: "read" | "write",
  { origin, host, address }: Target,
  people: number,
  connections: number,
  seconds: number,
): Promise<Load> {
  const { stdout } = await run("wrk", [
    "--threads=1",
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    `--script=${new URL("requests.lua", import.meta.url).pathname}`,
    address.href,
    "--",
    kind,
    origin,
    host,
    `${people}`,
    `${secretsEach}`,
  ]);
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk told no result: ${stdout}`);
  const result = JSON.parse(line) as Readonly<Record<string, number>>;
  const { count = 0, microseconds = 0, p50 = 0, p99 = 0, failed = 0 } = result;
  return {
    count,
    perSecond: (count / microseconds) * 1e6,
    p50: p50 / 1000,
    p99: p99 / 1000,
    failed,
  };
}
