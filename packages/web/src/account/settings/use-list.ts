import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTryAgain } from "../../api/patient-queries.ts";

/** The lists of the account page, by the names they are kept under. None of them holds a value. */
export type ListName = "devices" | "passkeys";

/** A list of the account, asked for when it is shown and when the page is looked at again. */
export function useList<T>(name: ListName, load: (signal: AbortSignal) => Promise<T>) {
  const tryAgain = useTryAgain();
  const queryKey = ["account", name];
  const { data, failureReason } = useQuery({
    queryKey,
    queryFn: ({ signal }) => load(signal),
    staleTime: 10_000,
  });
  return { data, failureReason, again: () => void tryAgain(queryKey) };
}

/** Asks for a list again; resolves when it is there. */
export function useRefreshed(): (name: ListName) => Promise<void> {
  const queries = useQueryClient();
  return (name) => queries.invalidateQueries({ queryKey: ["account", name] });
}
