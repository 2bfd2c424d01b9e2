import { useQuery, useQueryClient } from "@tanstack/react-query";

/** The lists of the account page, by the names they are kept under. None of them holds a value. */
export type ListName = "devices" | "passkeys";

/** A list of the account, asked for when it is shown and when the page is looked at again. */
export function useList<T>(name: ListName, load: (signal: AbortSignal) => Promise<T>) {
  return useQuery({
    queryKey: ["account", name],
    queryFn: ({ signal }) => load(signal),
    staleTime: 10_000,
  });
}

/** Asks for a list again; resolves when it is there. */
export function useRefreshed(): (name: ListName) => Promise<void> {
  const queries = useQueryClient();
  return (name) => queries.invalidateQueries({ queryKey: ["account", name] });
}
