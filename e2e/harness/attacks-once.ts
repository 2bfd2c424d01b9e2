import { beforeAll, type RunnerTask } from "vitest";

/** An attack that succeeds once has succeeded: no test of one is tried again, however it failed. */
function triedOnce(task: RunnerTask): void {
  if (task.type === "suite") task.tasks.forEach(triedOnce);
  else if (/^attack\b/.test(task.name)) task.retry = 0;
}

// A set-up file runs in each test file, and this before the first test of it.
// Vitest reads the pattern to know which fixtures are wanted: none.
beforeAll(({}, suite) => {
  suite.tasks.forEach(triedOnce);
});
