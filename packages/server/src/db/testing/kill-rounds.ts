import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, onTestFinished } from "vitest";
import { openPGlite } from "../pglite.ts";

const writer = fileURLToPath(new URL("./writer.ts", import.meta.url));

/** Starts a process that writes, kills it at some moment, and looks at what is there; so many times. */
export async function killRounds(rounds: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const folder = join(dir, "db");
  for (let round = 0; round < rounds; round += 1) {
    const acknowledged = await writeUntilKilled(folder, Math.random() * 200);
    const { kysely, close } = await openPGlite({ kind: "pglite", folder });
    const { rows } = await sql<{ rows: number; last: number; counted: number }>`
      select count(*) as rows, max(n) as last, (select n from counted) as counted from written
    `.execute(kysely);
    await close();
    const [found] = rows;
    expect(found?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(found?.rows).toBe(found?.last);
    expect(found?.counted).toBe(found?.last);
  }
}

/** Resolves with the last number that was acknowledged, after at least one was. */
async function writeUntilKilled(folder: string, after: number): Promise<number> {
  const child = spawn(process.execPath, [writer, folder], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  let last = 0;
  for await (const line of createInterface(child.stdout)) {
    if (last === 0) setTimeout(() => child.kill("SIGKILL"), after);
    last = Number(line);
  }
  await ended;
  expect(last).toBeGreaterThan(0);
  return last;
}
