import { matchQuery, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { passes, waitAfter } from "./wait-after.ts";

/**
 * Options of the queries of a page: what may pass is asked for again until it has, as long as somebody
 * looks at the page. Meanwhile `failureReason` says why it is not there.
 */
export const patient = {
  retry: (_failures: number, error: Error) => passes(error),
  retryDelay: (failures: number, error: Error) => waitAfter(failures + 1, error),
};

type Query<Data> = {
  readonly data: Data;
  readonly failureReason: Error | null;
  readonly fetchStatus: "fetching" | "paused" | "idle";
};

/** What is shown of a query. */
export type Asked<Data> = {
  /** Undefined until it is there. */
  readonly data: Data;
  /** Why it failed last; null once it is there. Unlike a query's `failureReason`, also while it is asked anew. */
  readonly failure: Error | null;
  /** Asks for it at once. Resolves when it is known how that went. */
  readonly again: () => Promise<void>;
};

/** What is shown of the query of that name. */
export function useAsked<Data>(queryKey: QueryKey, query: Query<Data>): Asked<Data> {
  const { data, failureReason, fetchStatus } = query;
  const askAnew = useAskAnew();
  const [last, setLast] = useState<Error | null>(null);
  const failure = failureReason ?? (fetchStatus === "idle" ? null : last);
  if (failure !== last) setLast(failure);
  return { data, failure, again: () => askAnew(queryKey) };
}

/**
 * Asks at once for every query under a key, whether it is there, has failed for good, or waits for its
 * next try. Resolves when all are there or one has failed: what may pass is asked for again without end,
 * and nobody is to wait for that. `ask` asks for something else of theirs, such as their next page.
 */
export function useAskAnew(): (queryKey: QueryKey, ask?: () => Promise<unknown>) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    async (queryKey, ask = () => queries.invalidateQueries({ queryKey })) => {
      const cache = queries.getQueryCache();
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const stop = cache.subscribe((event) => {
        const failed = event.type === "updated" && event.action.type === "failed";
        if (failed && matchQuery({ queryKey }, event.query)) resolve(null);
      });
      // One that waits would go on waiting. Silently, because it has failed nonetheless.
      for (const query of cache.findAll({ queryKey, type: "active" }))
        if (query.state.fetchFailureCount > 0) void query.cancel({ silent: true });
      void ask().then(resolve);
      await promise;
      stop();
    },
    [queries],
  );
}
