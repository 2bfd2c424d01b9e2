import { openSessionStore, type SessionStore } from "./store.ts";

let opened: Promise<SessionStore> | undefined;

/** This tab's store; opened once per page, since the lock that proves the tab is held for the page's life. */
export function tabSession(): Promise<SessionStore> {
  // The type says that locks exist; an insecure context has none.
  const locks = navigator.locks as LockManager | undefined;
  opened ??= openSessionStore({ storage: () => sessionStorage, locks, reopened: reopened() });
  return opened;
}

/** Browsers bring sessionStorage back with a closed tab, and call that a step in its history. */
function reopened(): boolean {
  const [entry] = performance.getEntriesByType("navigation");
  return entry instanceof PerformanceNavigationTiming && entry.type === "back_forward";
}
