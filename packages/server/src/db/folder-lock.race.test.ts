import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { lockFolder } from "./folder-lock.ts";
import { ownIdentity } from "./process-identity.ts";

const taker = fileURLToPath(new URL("./testing/lock-taker.ts", import.meta.url));

async function emptyFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "portafilter-test-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, "db");
}

/** Another process that tries to take the folder; resolves with what it says: `taken`, or the refusal. */
async function other(folder: string): Promise<{ said: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [taker, folder], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface(child.stdout)) return { said: line, child };
  throw new Error("the other process said nothing");
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await ended;
}

test("a second process is refused, and told who holds the folder", async () => {
  const folder = await emptyFolder();
  const { said, child } = await other(folder);
  expect(said).toBe("taken");
  await expect(lockFolder(folder)).rejects.toThrow(
    new RegExp(
      `^${folder} is in use by process ${child.pid} \\(.*lock-taker.ts.*\\) since 20.*DATA_DIR.$`,
    ),
  );
});

test("the same process is refused too", async () => {
  const folder = await emptyFolder();
  const lock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(`process ${process.pid}`);
  await lock.release();
  await (await lockFolder(folder)).release();
});

test("what a killed process left behind is taken over", async () => {
  const folder = await emptyFolder();
  await killed((await other(folder)).child);
  expect((await other(folder)).said).toBe("taken");
  expect(await readdir(`${folder}.lock`)).toEqual(["2"]);
});

test("a process number that another program has by now does not count", async () => {
  const folder = await emptyFolder();
  await (await lockFolder(folder)).release();
  const reused = {
    ...ownIdentity(),
    began: "1",
    command: "portafilter serve",
    since: "2026-01-01",
  };
  await symlink(JSON.stringify(reused), join(`${folder}.lock`, "2"));
  await (await lockFolder(folder)).release();
});

test("of many that find a dead one at once, one takes over", async () => {
  const folder = await emptyFolder();
  await killed((await other(folder)).child);
  const answers = await Promise.all(Array.from({ length: 4 }, () => other(folder)));
  expect(answers.filter(({ said }) => said === "taken")).toHaveLength(1);
  for (const { said } of answers) expect(said).toMatch(/^taken$|is in use by process/);
});

test("in one process, takers and leavers never overlap", async () => {
  const folder = await emptyFolder();
  let holders = 0;
  let turns = 0;
  const take = async () => {
    for (let tries = 0; tries < 60; tries += 1) {
      const lock = await lockFolder(folder).catch(() => undefined);
      if (lock === undefined) continue;
      holders += 1;
      turns += 1;
      expect(holders).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await lock.release();
    }
  };
  await Promise.all(Array.from({ length: 8 }, take));
  expect(turns).toBeGreaterThan(8);
});

test("a holder that cannot be asked counts as alive while it beats, and is taken over when it stops", async () => {
  const folder = await emptyFolder();
  await (await lockFolder(folder)).release();
  const elsewhere = { pid: 1, began: "1", table: "another machine", command: "c", since: "s" };
  await symlink(JSON.stringify(elsewhere), join(`${folder}.lock`, "2"));
  await (await lockFolder(folder, { every: 20, patience: 100 })).release();
});
