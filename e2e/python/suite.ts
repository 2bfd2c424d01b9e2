import type { Page } from "playwright-core";
import type { Site } from "./site.ts";
import { startWorker } from "./worker.ts";

export type Suite = {
  /** Names of the tests, as pytest has them. */
  readonly ids: readonly string[];
  /** What went wrong in a test; empty if nothing did. Rejects when the run ends without the test. */
  readonly failures: (id: string) => Promise<string>;
  /** pytest's exit code. */
  readonly ended: Promise<unknown>;
};

/** Begins a run of `python/tests`; resolves when pytest has found the tests and goes on to run them. */
export async function startSuite(page: Page, site: Site, forceSync: boolean): Promise<Suite> {
  const output: string[] = [];
  const collected = Promise.withResolvers<string[]>();
  const ended = Promise.withResolvers<unknown>();
  const results = new Map<string, PromiseWithResolvers<string>>();
  const fail = (message: string) => {
    const error = new Error([message, ...output.slice(-60)].join("\n"));
    collected.reject(error);
    ended.reject(error);
    for (const result of results.values()) result.reject(error);
  };
  ended.promise.catch(() => undefined);

  const order = { wheels: site.wheels, forceSync, tests: "/home/pyodide/tests" };
  await startWorker(page, site, order, (message) => {
    switch (message.type) {
      case "output":
        output.push(message.line);
        break;
      case "collected": {
        const ids = JSON.parse(message.values[0]) as string[];
        for (const id of ids) {
          const result = Promise.withResolvers<string>();
          result.promise.catch(() => undefined);
          results.set(id, result);
        }
        collected.resolve(ids);
        break;
      }
      case "result":
        results.get(message.values[0])?.resolve(message.values[1]);
        break;
      case "done":
        ended.resolve(message.result);
        for (const result of results.values()) result.reject(new Error("The test did not run."));
        collected.reject(new Error(["pytest found no tests.", ...output].join("\n")));
        break;
      case "failed":
        fail(message.message);
    }
  });
  const ids = await collected.promise;
  return {
    ids,
    failures: (id) => results.get(id)?.promise ?? Promise.reject(new Error(`No test ${id}.`)),
    ended: ended.promise,
  };
}
