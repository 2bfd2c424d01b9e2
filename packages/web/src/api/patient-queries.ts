import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { passes, waitAfter } from "./wait-after.ts";

/**
 * Options of the queries of a page: what may pass is asked for again until it has, as long as somebody
 * looks at the page. Meanwhile `failureReason` says why it is not there.
 */
export const patient = {
  retry: (_failures: number, error: Error) => passes(error),
  retryDelay: (failures: number, error: Error) => waitAfter(failures + 1, error),
};

/** Asks for a query at once, whether it has failed for good or waits for its next try. */
export function useTryAgain(): (queryKey: QueryKey) => Promise<void> {
  const queries = useQueryClient();
  return async (queryKey) => {
    // A query that waits would go on waiting.
    await queries.cancelQueries({ queryKey });
    await queries.refetchQueries({ queryKey });
  };
}
