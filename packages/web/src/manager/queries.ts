import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { client } from "../api/client.ts";
import { useAskAnew, useAsked } from "../api/patient-queries.ts";
import { secretCalls } from "../api/secret-calls.ts";
import type { EventFeed } from "../events/event-feed.ts";
import { byName } from "../text/by-name.ts";

/** The calls of the secrets page, through the page's client. */
export const calls = secretCalls(client);

/** The names of the queries. */
const keys = {
  list: ["secrets", "list"],
  versions: (id: string) => ["secrets", "versions", id],
  audit: ["audit"],
} as const;

/** The account's secrets, without their values: values never enter a query. */
export function useSecrets() {
  return useAsked(
    keys.list,
    useQuery({
      queryKey: keys.list,
      queryFn: async ({ signal }) => (await calls.list(signal)).secrets.toSorted(byName),
    }),
  );
}

/** The versions of one secret, newest first; asked for while they are looked at. */
export function useVersions(id: string) {
  return useAsked(
    keys.versions(id),
    useQuery({
      queryKey: keys.versions(id),
      queryFn: async ({ signal }) => (await calls.versions(id, signal)).versions,
    }),
  );
}

/** What happened to the account, newest first, page by page: `all` that is there, and the `next` page. */
export function useAudit() {
  const askAnew = useAskAnew();
  const query = useInfiniteQuery({
    queryKey: keys.audit,
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) => calls.audit(pageParam, signal),
    getNextPageParam: ({ before }) => before,
  });
  const all = useAsked(keys.audit, query);
  const again = () => askAnew(keys.audit, query.fetchNextPage);
  return { query, all, next: { ...all, data: undefined, again } };
}

/** Asks anew for everything that is shown. Resolves when the list of secrets is up to date, or cannot be had just now. */
export function useReload(): () => Promise<void> {
  const askAnew = useAskAnew();
  return useCallback(async () => {
    void askAnew(keys.audit);
    await askAnew(["secrets"]);
  }, [askAnew]);
}

/**
 * Keeps what is shown up to date with what happens elsewhere. The server tells of changes; uses it does
 * not tell, so all is asked anew when the visitor comes back to the window, too. (To the tab:
 * react-query does that by itself.)
 */
export function useLiveReload(feed: Pick<EventFeed, "listen">): void {
  const reload = useReload();
  const queries = useQueryClient();
  useEffect(() => feed.listen(() => void reload()), [feed, reload]);
  useEffect(() => {
    const look = () => void queries.refetchQueries({ type: "active" }, { cancelRefetch: false });
    addEventListener("focus", look);
    return () => {
      removeEventListener("focus", look);
    };
  }, [queries]);
}
