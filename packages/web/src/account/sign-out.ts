import { keepOutcome, type Outcome } from "./outcome.ts";
import { pageAccount } from "./page-account.ts";

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
export function leave(outcome: Exclude<Outcome, "provider">): void {
  try {
    sessionStorage.clear();
  } catch {
    // Storage is blocked, so that it holds nothing.
  }
  keepOutcome(outcome);
  location.replace("/sign-in");
}
