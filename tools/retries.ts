import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Where the names of the tests lie that passed only when they were tried again, as a JSON list. */
export const retriedFile = "test-results/retried.json";

/** Notes which tests had to be tried again: each of them hides a race, in the test or in what it tests. */
class Retries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const retried = modules.flatMap((module) =>
      [...module.children.allTests()]
        .filter((test) => (test.diagnostic()?.retryCount ?? 0) > 0)
        .map((test) => `${module.relativeModuleId} > ${test.fullName}`),
    );
    writeFileSync(retriedFile, JSON.stringify(retried));
  }
}

// Vitest takes a reporter by the default export of its file.
export { Retries as default };
