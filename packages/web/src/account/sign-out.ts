import { pageAccount } from "./page-account.ts";

/** What the sign-in page says on arrival. */
export type Farewell = "signed-out" | "deleted";

/**
 * Signs out everywhere in this browser and leaves the page, so that nothing of the account stays in
 * the tab: storage is emptied, memory goes with the page, and the page is not kept in the history.
 * Throws `ApiError` when the server did not end the sign-in; then all is as before.
 */
export async function signOut(): Promise<void> {
  await pageAccount().signOut();
  leave("signed-out");
}

/** Empties this tab and goes to a page that says what happened. */
export function leave(farewell: Farewell): void {
  try {
    sessionStorage.clear();
  } catch {
    // Storage is blocked, so that it holds nothing.
  }
  location.replace(`/sign-in?${farewell}`);
}
