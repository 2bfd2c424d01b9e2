import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";

/** Jobs that may be under way; beyond them somebody floods us. */
const most = 500;

export type Background = Readonly<{
  /**
   * Does work that the answer does not wait for, so that its time tells nothing. What goes wrong is logged.
   * @throws Problem `rate_limited` when too much is under way.
   */
  run: (name: string, work: () => Promise<void>) => void;
  /** When everything that was begun is done. */
  settled: () => Promise<void>;
}>;

export function createBackground(log: Log): Background {
  const jobs = new Set<Promise<void>>();
  return {
    run(name, work) {
      if (jobs.size >= most) throw new Problem("rate_limited");
      const job = work()
        // The cause may quote an address.
        .catch((error: unknown) => {
          log.error({ job: name, code: codeOf(error) }, "work in the background failed");
        })
        .finally(() => jobs.delete(job));
      jobs.add(job);
    },
    async settled() {
      while (jobs.size > 0) await Promise.all(jobs);
    },
  };
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === "string" ? code : String(name);
}
