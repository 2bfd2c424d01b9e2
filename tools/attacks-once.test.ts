import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const flaky = `
import { describe, expect, test } from "vitest";
const tries = {};
const fails = (name) => () => {
  tries[name] = (tries[name] ?? 0) + 1;
  expect(tries[name]).toBeGreaterThan(1);
};
test("attack A0: at the top", fails("top"));
describe("attacks", () => test("attack A0: in a group", fails("group")));
describe("others", () => test("no attack", fails("other")));
`;

type Report = { testResults: { assertionResults: { title: string; status: string }[] }[] };

test("what fails at first fails for good when it is an attack, and is tried again when not", () => {
  mkdirSync("test-results", { recursive: true });
  const root = mkdtempSync(resolve("test-results/attacks-once-"));
  try {
    writeFileSync(join(root, "flaky.test.js"), flaky);
    const setup = resolve("e2e/harness/attacks-once.ts");
    const config = { test: { retry: 1, setupFiles: [setup] } };
    writeFileSync(join(root, "vitest.config.js"), `export default ${JSON.stringify(config)}`);
    const output = join(root, "report.json");
    spawnSync("vitest", ["run", "--root", root, "--reporter=json", `--outputFile=${output}`]);
    const report = JSON.parse(readFileSync(output, "utf8")) as Report;
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(Object.fromEntries(results.map(({ title, status }) => [title, status]))).toEqual({
      "attack A0: at the top": "failed",
      "attack A0: in a group": "failed",
      "no attack": "passed",
    });
  } finally {
    rmSync(root, { recursive: true });
  }
});
