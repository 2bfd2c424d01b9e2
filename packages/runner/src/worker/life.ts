import type { FromWorker } from "../wire.ts";

/**
 * Holds a lock for as long as this worker lives, and tells its page the name: nothing else tells a page
 * that its worker has closed itself or was killed.
 */
export function proveLife(): void {
  const lock = `portafilter.python.${crypto.randomUUID()}`;
  navigator.locks
    .request(lock, () => {
      postMessage({ type: "alive", lock } satisfies FromWorker);
      return new Promise<never>(() => {
        // Never settles: the browser releases the lock when the worker ends.
      });
    })
    .catch(() => {
      // A browser that keeps nothing for this origin denies locks and service workers alike, and the page
      // reports the latter.
    });
}
