import { defineConfig } from "vitest/config";
import { PatienceFirst } from "./e2e/harness/sequence.ts";

const browsers = {
  setupFiles: ["e2e/harness/attacks-once.ts"],
  testTimeout: 120_000,
  hookTimeout: 240_000,
  // Conditions are awaited, however slow the machine is.
  expect: { poll: { timeout: 30_000 } },
  // Three engines on two cores: what fails is tried once more, and named at the end; but for attacks.
  retry: 1,
  // Browser tests mostly wait.
  maxWorkers: 3,
  sequence: { groupOrder: 1 },
};

/** What must hold on one domain, as in development, and on two behind TLS, as in production. */
const inBothLayouts = [
  "e2e/reference.test.ts",
  "e2e/account/move.test.ts",
  "e2e/attacks/{b1,c1,c2,c5}-*.test.ts",
];

/**
 * `unit` runs beside the sources, `soak` a part of it for longer; `e2e` drives real browsers and a real
 * server, one file at a time, and `two-domains` a part of it in the layout of production.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: PatienceFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.{ts,tsx}", "tools/**/*.test.ts"],
          // Some start whole servers, and machines are busy.
          testTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: "100%",
          sequence: { groupOrder: 2 },
        },
      },
      {
        // What `unit` runs a few times, as often as SOAK says.
        test: {
          name: "soak",
          include: ["packages/*/src/**/*.soak.test.ts", "e2e/**/*.soak.test.ts"],
          testTimeout: 3_600_000,
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: "bench",
          include: ["bench/**/*.bench.ts"],
          globalSetup: ["e2e/harness/server.ts"],
          testTimeout: 600_000,
          hookTimeout: 240_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ["e2e/two-domains/**"],
          globalSetup: ["e2e/harness/server.ts"],
          ...browsers,
        },
      },
      {
        test: {
          name: "two-domains",
          include: [...inBothLayouts, "e2e/two-domains/*.test.ts"],
          globalSetup: ["e2e/harness/two-domains.ts"],
          ...browsers,
        },
      },
    ],
  },
});
