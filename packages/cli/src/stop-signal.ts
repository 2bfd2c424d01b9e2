import { once } from "node:events";

/**
 * Aborts at the first SIGINT or SIGTERM, and when `portafilter run`, which started this process, is
 * gone, however it ended. A second signal of a kind ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const abort = () => {
    stop.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, abort);
  process.once("disconnect", abort);
  return stop.signal;
}

/** Resolves when the signal has aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
