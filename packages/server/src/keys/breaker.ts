import { KeyServerError } from "./failure.ts";

/** Leaves a failing server alone. */
export type Breaker = {
  /**
   * Does `work`, unless the server failed a moment ago.
   * @throws KeyServerError `resting` without doing it; else whatever `work` throws.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
};

export type BreakerOptions = Readonly<{
  /** Failures in a row after which the server is left alone. */
  failures: number;
  /** For how long, in milliseconds. */
  rest: number;
  /** Told when the server is left alone, and when it works again. */
  onChange?: (isOpen: boolean) => void;
  now?: () => number;
}>;

/**
 * A circuit breaker. After some failures in a row nothing is sent for a while; then one call tries,
 * and the others are refused until it is known how that went. Only faults of the server count: a
 * forged row in the database must not cut everybody off.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { failures, rest, onChange, now = () => performance.now() } = options;
  let inARow = 0;
  let openSince: number | null = null;
  let isTrying = false;

  function close(): void {
    inARow = 0;
    if (openSince === null) return;
    openSince = null;
    onChange?.(false);
  }

  function open(): void {
    const wasClosed = openSince === null;
    openSince = now();
    if (wasClosed) onChange?.(true);
  }

  return {
    async run(work) {
      const isTrial = openSince !== null;
      if (openSince !== null && (isTrying || now() - openSince < rest)) {
        throw new KeyServerError("resting");
      }
      if (isTrial) isTrying = true;
      try {
        const result = await work();
        close();
        return result;
      } catch (error) {
        if (error instanceof KeyServerError && !error.isFaultOfServer) close();
        else if (isTrial) open();
        // Calls that were under way when it opened do not make it longer.
        else if (openSince === null && ++inARow >= failures) open();
        throw error;
      } finally {
        if (isTrial) isTrying = false;
      }
    },
  };
}
