import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePrograms } from "./programs.ts";
import { retriedFile } from "./retries.ts";

/**
 * Builds everything, runs every test and closes with the names of those that had to be tried again and
 * one line of counts. Arguments narrow it down to vitest projects: `node tools/test.ts unit`.
 */
const projects = process.argv.slice(2);
const results = "test-results/vitest.json";

ensurePrograms();
const built = spawnSync("node", ["tools/build.ts"], { stdio: "inherit" });
if (built.status !== 0) process.exit(1);

mkdirSync("test-results", { recursive: true });
for (const file of [results, retriedFile]) rmSync(file, { force: true });
const run = spawnSync(
  "vitest",
  [
    "run",
    ...(projects.length > 0 ? projects : ["unit", "e2e", "two-domains"]).flatMap((name) => [
      "--project",
      name,
    ]),
    "--reporter=default",
    "--reporter=json",
    `--reporter=${fileURLToPath(new URL("./retries.ts", import.meta.url))}`,
    `--outputFile.json=${results}`,
  ],
  {
    stdio: ["ignore", "inherit", "inherit"],
    // Hundreds of processes load the same few hundred files.
    env: { ...process.env, NODE_COMPILE_CACHE: resolve("node_modules/.cache/test") },
  },
);

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
  success: boolean;
};
const report = JSON.parse(readFileSync(results, "utf8")) as Report;
// A file that fails to load has no tests to count, and must not pass for that.
const failed =
  report.numFailedTests === 0 && !report.success
    ? Math.max(1, report.numFailedTestSuites)
    : report.numFailedTests;
const retried = JSON.parse(readFileSync(retriedFile, "utf8")) as string[];
for (const name of retried) console.log(`tried again: ${name}`);
const skipped = report.numPendingTests + report.numTodoTests;
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = run.status === 0 && failed === 0 ? 0 : 1;
