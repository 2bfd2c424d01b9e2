import { Problem } from "../problem.ts";

/**
 * Writes a batch. Gives back what became of each item: nothing when it is written, a refusal, or a
 * promise of either. When it rejects, none of the batch was written.
 */
export type WriteBatch<T> = (
  batch: readonly T[],
) => Promise<(item: T) => Problem | null | Promise<void>>;

type Waiting<T> = Readonly<{
  item: T;
  resolve: (later?: Promise<void>) => void;
  reject: (error: unknown) => void;
}>;

/** How many items one batch takes at most. */
const largest = 500;
/** How many may wait; beyond, the database is too slow for what is asked of it. */
const most = 10_000;

/**
 * Group commit: items that arrive while a batch is under way make the next one, so that many share one
 * transaction. When nothing is under way, those of one turn of the event loop go together.
 * @returns resolves when the item is written for good; rejects when it is not.
 */
export function groupCommit<T>(write: WriteBatch<T>): (item: T) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      // Those who ask in the same turn go together.
      await new Promise<void>((resolve) => setImmediate(resolve));
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

async function settle<T>(batch: readonly Waiting<T>[], write: WriteBatch<T>): Promise<void> {
  try {
    const outcome = await write(batch.map(({ item }) => item));
    for (const { item, resolve, reject } of batch) {
      const became = outcome(item);
      if (became === null) resolve();
      else if (became instanceof Problem) reject(became);
      else resolve(became);
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
