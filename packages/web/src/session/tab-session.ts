import { openSessionStore, type SessionStore } from "./store.ts";

let opened: Promise<SessionStore> | undefined;

/** This tab's store; opened once per page, since the lock that proves the tab is held for the page's life. */
export function tabSession(): Promise<SessionStore> {
  // The type says that locks exist; an insecure context has none.
  const locks = navigator.locks as LockManager | undefined;
  opened ??= openSessionStore({ storage: () => sessionStorage, locks, reopened: reopened() });
  return opened;
}

/**
 * Browsers bring sessionStorage back with a closed tab, and call that a step in its history. After a real
 * step between pages of ours, another one was unloaded in this tab before (`unloadEventStart` is 0 where
 * that was a stranger's: https://www.w3.org/TR/navigation-timing-2/).
 */
function reopened(): boolean {
  const [entry] = performance.getEntriesByType("navigation");
  if (!(entry instanceof PerformanceNavigationTiming)) return false;
  return entry.type === "back_forward" && entry.unloadEventStart === 0;
}
