import { forgetOldest } from "../../forget-oldest.ts";
import type { Found } from "./store.ts";

/** Sessions that were found lately, by their tokens' hashes in hexadecimal. Nothing of a token is kept. */
export type Remembered = Readonly<{
  get: (tokenHash: string) => Found | undefined;
  put: (session: Found) => void;
  drop: (tokenHash: string) => void;
}>;

/**
 * What is remembered says who had a token, never that the token still stands: a token never becomes
 * somebody else's, but any server may have ended its session since.
 * @param most - sessions that are kept, of a few hundred bytes each; the one found longest ago goes.
 */
export function rememberSessions(most: number): Remembered {
  const found = new Map<string, Found>();
  return {
    get: (tokenHash) => found.get(tokenHash),
    put(session) {
      found.delete(session.hash);
      found.set(session.hash, session);
      forgetOldest(found, most);
    },
    drop: (tokenHash) => {
      found.delete(tokenHash);
    },
  };
}
