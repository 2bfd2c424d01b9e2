import { AsyncLocalStorage } from "node:async_hooks";
import type { Session } from "../../http/route.ts";
import { Problem } from "../../problem.ts";
import type { Browser } from "../sessions/sessions.ts";

/** What our part of better-auth knows of the request in which it was called, and what it left for its answer. */
export type Ceremony = Browser & {
  readonly session: Session | null;
  /** Whether a provider's emails are believed without its saying that it verified them. */
  readonly trustsEmail: boolean;
  /**
   * Where the sign-in that comes back must have been meant to end, null where none comes back. A state
   * that is looked for is used up by that.
   */
  readonly comesBackTo: string | null;
  /** The passkey whose proof was verified, by the id that its device knows it by. */
  passkey: string | null;
  /** Set-Cookie headers of ours. Secret material. */
  readonly cookies: string[];
  /** What went wrong in our part, which better-auth would tell as something of its own. */
  problem: Problem | null;
};

const ceremonies = new AsyncLocalStorage<Ceremony>();

/** The request that better-auth works for. @throws Error when there is none. */
export function currentCeremony(): Ceremony {
  const ceremony = ceremonies.getStore();
  if (ceremony === undefined) throw new Error("better-auth was called outside a request");
  return ceremony;
}

/**
 * Calls better-auth for a request.
 * @throws Problem of our part, else whatever better-auth threw.
 */
export async function inCeremony<T>(ceremony: Ceremony, work: () => Promise<T>): Promise<T> {
  try {
    return await ceremonies.run(ceremony, work);
  } catch (error) {
    throw ceremony.problem ?? error;
  }
}

/** Remembers a Problem of ours for the request. */
export async function notingProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const ceremony = ceremonies.getStore();
    if (ceremony !== undefined && error instanceof Problem) ceremony.problem ??= error;
    throw error;
  }
}
