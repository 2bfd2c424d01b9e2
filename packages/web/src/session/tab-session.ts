import { openSessionStore, type SessionStore } from "./store.ts";

let opened: Promise<SessionStore> | undefined;

/** This tab's store; opened once per page, since the lock that proves the tab is held for the page's life. */
export function tabSession(): Promise<SessionStore> {
  // The type says that locks exist; an insecure context has none.
  const locks = navigator.locks as LockManager | undefined;
  opened ??= openSessionStore({ storage: () => sessionStorage, locks });
  return opened;
}
