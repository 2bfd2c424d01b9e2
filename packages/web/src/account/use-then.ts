import { useLayoutEffect } from "react";
import { useSearch } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import { settleThen, thenOf } from "./then.ts";

/** Where signing in leads, on the pages on the way to it; see `thenOf`. */
export function useThen(): string | null {
  const then = thenOf(useSearch(), useHistoryState<unknown>());
  useLayoutEffect(settleThen, []);
  return then;
}
