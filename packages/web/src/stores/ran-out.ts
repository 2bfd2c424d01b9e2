import type { Client } from "../api/client.ts";

/**
 * Tells whether the sign-in ran out, rather than being ended by the visitor, in this turn of the event
 * loop: what listens to the account is told in the same one.
 */
export function watchRanOut({ onSignedOut }: Pick<Client, "onSignedOut">): () => boolean {
  let ranOut = false;
  onSignedOut(() => {
    ranOut = true;
    setTimeout(() => {
      ranOut = false;
    });
  });
  return () => ranOut;
}
