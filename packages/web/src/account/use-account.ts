import { useSyncExternalStore } from "react";
import { pageAccount } from "./page-account.ts";
import type { Account } from "./session.ts";

/** Who is signed in; the component is drawn anew when that changes. */
export function useAccount(): Account {
  const store = pageAccount();
  return useSyncExternalStore(store.subscribe, store.get);
}
