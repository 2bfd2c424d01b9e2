import { Problem } from "../problem.ts";

type Waiting<T> = Readonly<{ item: T; resolve: () => void; reject: (error: unknown) => void }>;

/** How many items one batch takes at most. */
const largest = 500;
/** How many may wait; beyond, the database is too slow for what is asked of it. */
const most = 10_000;

/**
 * Group commit: items that arrive while a batch is under way make the next one, so that many share one
 * transaction. An item that arrives when nothing is under way goes at once.
 * @param write - writes a batch; gives back why single items were refused. When it rejects, none of
 * the batch was written.
 * @returns resolves when the item is written for good; rejects when it is not.
 */
export function groupCommit<T>(
  write: (batch: readonly T[]) => Promise<(item: T) => Problem | null>,
): (item: T) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    // Those who ask in the same turn go together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      await settle(batch, write);
    }
    isRunning = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= most) {
        reject(new Problem("database_unavailable"));
        return;
      }
      waiting.push({ item, resolve, reject });
      if (!isRunning) void run();
    });
}

async function settle<T>(
  batch: readonly Waiting<T>[],
  write: (batch: readonly T[]) => Promise<(item: T) => Problem | null>,
): Promise<void> {
  try {
    const refusal = await write(batch.map(({ item }) => item));
    for (const { item, resolve, reject } of batch) {
      const problem = refusal(item);
      if (problem === null) resolve();
      else reject(problem);
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
