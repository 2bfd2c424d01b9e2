/** Limits on what a client may send and hold. Sizes are bytes, times milliseconds. */
export const limits = {
  /** Largest body; OpenBao's default. */
  body: 32 * 1024 * 1024,
  /** Request line and headers together. */
  headers: 16 * 1024,
  /** Until the headers have arrived. */
  headersTime: 10_000,
  /** Until the whole request has arrived. */
  requestTime: 60_000,
  /** How long a connection may go without a byte, between requests or within one. */
  idleTime: 75_000,
  connections: 1024,
} as const;

/** The same limits with other figures. */
export type Limits = Readonly<Record<keyof typeof limits, number>>;
