/**
 * Limits that both sides of every border enforce. Sizes are bytes of UTF-8, those of console and error
 * text characters; times are milliseconds.
 */
export const limits = {
  secretName: 128,
  secretValue: 64 * 1024,
  reason: 8 * 1024,
  /** Code and requirements carried by a link, after decompression. */
  linkCode: 1024 * 1024,
  requirements: 16 * 1024,
  /** Packages from outside the lock that an app may load and still be given secrets. */
  loadedPackages: 200,
  /** One line or chunk of console output; the worker cuts longer ones. */
  consoleText: 64 * 1024,
  errorText: 16 * 1024,
  /** Requests of one frame that may wait for the visitor at once; more are denied. */
  pendingRequests: 50,
  /** Time after which the confirm button of the dialog reacts; the visitor's input begins it again. */
  confirmDelay: 1_000,
  /** The part of it without typing into the dialog's own field. */
  confirmQuiet: 500,
  secretsPerUser: 1_000,
  /** Versions of a secret that are kept; the oldest goes when there is one more. */
  versionsPerSecret: 100,
  /** Apps that may have a secret; those allowed first go when there is one more. */
  grantsPerSecret: 100,
  /** Of all secrets of an account together, which a page lists at once. */
  grantsPerUser: 5_000,
  /** Grants that a tab may bring into an account at once. */
  mergeGrants: 5_000,
  /** Bytes of a request that carries secrets; as much as a browser keeps for a tab. */
  mergeBody: 16 * 1024 * 1024,
  /** Bytes of a request that carries one value; a value of 64 KiB may be escaped to six times its length. */
  valueBody: 512 * 1024,
  /** Bytes of what an authenticator says. */
  passkeyBody: 64 * 1024,
  /** Bytes of every other request. */
  requestBody: 16 * 1024,
  /** Time after a sign-in in which values are revealed without asking again. */
  freshness: 10 * 60 * 1_000,
  /** Time between two signs of life on a stream of events. */
  eventBeat: 20_000,
} as const;

const encoder = new TextEncoder();

/** Length of `text` in bytes of UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}
