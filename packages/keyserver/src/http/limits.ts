/** Limits on what a client may send and hold. Sizes are bytes, times milliseconds. */
export const limits = {
  /** Bodies that are here at once, from their first byte until their answer has left. */
  bodies: 16 * 1024 * 1024,
  /** Of them, what one token may have. */
  bodiesOfOne: 8 * 1024 * 1024,
  /** Request line and headers together. */
  headers: 16 * 1024,
  /** Until the headers have arrived, and until a TLS handshake is done. */
  headersTime: 10_000,
  /** Until the whole request has arrived. */
  requestTime: 60_000,
  /** How long a connection may go without a byte, between requests or within one. */
  idleTime: 75_000,
  /** For the rest of a request that was answered before all of it was here. */
  lingerTime: 2_000,
  lingerBytes: 1024 * 1024,
  /** An app server has 16 at most. */
  connections: 256,
} as const;

/** The same limits with other figures. */
export type Limits = Readonly<Record<keyof typeof limits, number>>;

/** Largest bodies, by what is asked for. Where nothing is said of an operation, it is `small`. */
export const bodySizes = {
  /** There is nothing to say, so nothing is read. */
  none: 0,
  /** A few fields. What is no longer than this is not counted among the bodies that are here. */
  small: 4 * 1024,
  /** A policy, or a list of paths. */
  list: 64 * 1024,
  /** Values, and batches: five times the 500 items that an app server sends at once. */
  batch: 1024 * 1024,
} as const;

/** What JSON may hold, so that reading it takes milliseconds. */
export const jsonLimits = {
  /** Levels of objects and lists; a batch has three. */
  depth: 8,
  /** Objects, lists, and what is in them; an item of a batch has up to seven. */
  parts: 8 * 1024,
} as const;
