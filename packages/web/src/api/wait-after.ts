import { ApiError, type ApiErrorCode, codeOf } from "./api-error.ts";

const firstWait = 1_000;
/** A server that is back is met again within ten seconds, however long it was away. */
const longestWait = 5_000;
/** One that is there and fails is not asked so often. */
const longestWaitOfBroken = 60_000;

const passing: ReadonlySet<ApiErrorCode> = new Set<ApiErrorCode>([
  "unreachable",
  "database_unavailable",
  "secret_unavailable",
  "rate_limited",
  "internal",
  "signed_out",
  "other_account",
]);

/** Whether a failure may pass without anybody's doing. Every other refusal would be the same again. */
export function passes(error: unknown): boolean {
  return passing.has(codeOf(error));
}

/**
 * Milliseconds until the next try after `failures` in a row: longer and longer, up to about five
 * seconds, or a minute where the server itself fails, and never before the time that the refusal names.
 * A little by chance, so that the pages of many visitors do not come back at one moment.
 */
export function waitAfter(failures: number, refusal?: unknown): number {
  const isBroken = refusal instanceof ApiError && refusal.code === "internal";
  const longest = isBroken ? longestWaitOfBroken : longestWait;
  const wait = Math.min(firstWait * 2 ** (failures - 1), longest);
  const named = refusal instanceof ApiError ? (refusal.retryAfter ?? 0) * 1_000 : 0;
  return Math.max(wait * (0.75 + Math.random() / 2), named);
}
