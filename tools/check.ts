import { spawnSync } from "node:child_process";

/** Every static check, in the order of speed. Stops at none, so that one run shows everything. */
const checks: [name: string, command: string][] = [
  ["format", "biome ci ."],
  ["types", "tsc -p ."],
  ["types of web", "tsc -p packages/web"],
  ["types of browser tests", "tsc -p e2e"],
  ["types of benches", "tsc -p bench"],
  ["types of runner", "tsc -p packages/runner"],
  ["lint", "eslint ."],
  ["walls", "depcruise --config .dependency-cruiser.cjs packages"],
  ["dead code", "knip"],
  ["secrets in files", 'secretlint "**/*"'],
  ["secrets in the history and in what was built", "node tools/scan-history.ts"],
  ["python", "sh tools/check-python.sh"],
];

const failed = checks.filter(([name, command]) => {
  console.log(`\n== ${name}: ${command}`);
  return spawnSync(command, { shell: true, stdio: "inherit" }).status !== 0;
});
console.log(
  failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.map(([n]) => n).join(", ")}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
