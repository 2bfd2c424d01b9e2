import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

/** Runs `portafilter migrate` to its end. */
async function migrate(settings: Record<string, string>) {
  return new Promise<{ failed: boolean; output: string; errors: string }>((resolve) => {
    const env = { PATH: process.env.PATH ?? "", ...settings };
    execFile(process.execPath, [main, "migrate"], { env }, (error, output, errors) => {
      resolve({ failed: error !== null, output, errors });
    });
  });
}

test("it says which migrations it made, and the second time that there was nothing to do", async () => {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const first = await migrate({ DATA_DIR: dir });
  expect(first).toMatchObject({ failed: false, errors: "" });
  expect(first.output).toMatch(
    /^Made 0001-accounts\n(?:Made .*\n)+The database is up to date now\n$/,
  );
  const second = await migrate({ DATA_DIR: dir });
  expect(second).toEqual({ failed: false, output: "The database is up to date\n", errors: "" });
}, 120_000);

test("a database that cannot be reached is one line, without its password", async () => {
  const { failed, errors } = await migrate({
    MIGRATE_DATABASE_URL: "postgres://owner:canary-pw@127.0.0.1:1/cafe",
    DATABASE_START_TIMEOUT: "0.1",
  });
  expect(failed).toBe(true);
  expect(errors).toBe("The database cannot be reached (ECONNREFUSED).\n");
}, 60_000);
