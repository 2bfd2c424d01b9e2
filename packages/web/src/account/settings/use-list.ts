import { useQuery } from "@tanstack/react-query";
import { useAskAnew, useAsked } from "../../api/patient-queries.ts";

/** The lists of the account page, by the names they are kept under. None of them holds a value. */
export type ListName = "devices" | "passkeys";

/** A list of the account, asked for when it is shown and when the page is looked at again. */
export function useList<T>(name: ListName, load: (signal: AbortSignal) => Promise<T>) {
  const queryKey = ["account", name];
  return useAsked(
    queryKey,
    useQuery({ queryKey, queryFn: ({ signal }) => load(signal), staleTime: 10_000 }),
  );
}

/** Asks for a list again; resolves when it is there, or cannot be had just now. */
export function useRefreshed(): (name: ListName) => Promise<void> {
  const askAnew = useAskAnew();
  return (name) => askAnew(["account", name]);
}
