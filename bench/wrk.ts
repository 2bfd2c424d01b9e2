import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Load } from "./load.ts";

const run = promisify(execFile);

/** What wrk sends: by which script, with which arguments, and where to. */
export type Requests = Readonly<{ script: string; args: readonly string[]; address: URL }>;

/**
 * Loads a server with requests by wrk, one thread: what OpenBao was measured with, and a client that
 * leaves the processors to the server.
 */
export async function wrk(
  { script, args, address }: Requests,
  connections: number,
  seconds: number,
): Promise<Load> {
  const { stdout } = await run("wrk", [
    "--threads=1",
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    `--script=${script}`,
    address.href,
    "--",
    ...args,
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
