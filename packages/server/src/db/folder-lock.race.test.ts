import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { lockFolder } from "./folder-lock.ts";

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
  expect(() => lockFolder(folder)).toThrow(
    new RegExp(
      `^${folder} is in use by process ${child.pid} \\(.*lock-taker.ts.*\\) since 20.*DATA_DIR.$`,
    ),
  );
});

test("the same process is refused too", async () => {
  const folder = await emptyFolder();
  const letGo = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`process ${process.pid}`);
  letGo();
  lockFolder(folder)();
});

test("what a killed process left behind is taken over", async () => {
  const folder = await emptyFolder();
  await killed((await other(folder)).child);
  expect((await other(folder)).said).toBe("taken");
});

test("a note that names a process which lives, as its number is used again, holds nobody up", async () => {
  const folder = await emptyFolder();
  const reused = { pid: process.ppid, command: "portafilter serve", since: "2026-01-01" };
  await writeFile(`${folder}.lock.json`, JSON.stringify(reused));
  lockFolder(folder)();
});

test("of many that find a dead one at once, one takes over", async () => {
  const folder = await emptyFolder();
  await killed((await other(folder)).child);
  const answers = await Promise.all(Array.from({ length: 4 }, () => other(folder)));
  expect(answers.filter(({ said }) => said === "taken")).toHaveLength(1);
  for (const { said } of answers) expect(said).toMatch(/^taken$|is in use by /);
});
