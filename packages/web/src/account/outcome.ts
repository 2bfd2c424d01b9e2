/** What happened on the way to the sign-in page, which says so. `provider`: a provider's site sent the visitor back. */
export type Outcome = "signed-out" | "deleted" | "provider";

const key = "portafilter.outcome";

/**
 * Keeps in this tab what the sign-in page says on arrival. Not in its address: a link from anywhere
 * could then say it. `provider` is kept on the way there, and said only if the visitor is sent back.
 */
export function keepOutcome(outcome: Outcome): void {
  try {
    sessionStorage.setItem(key, outcome);
  } catch {
    // Storage is blocked: the page says nothing of what happened, and works.
  }
}

/** What happened before this page; also when it is loaded again, and on the way back to it. */
export function outcomeOf(search: string): Outcome | null {
  const outcome = outcomeIn(history.state) ?? kept();
  const sentBack = new URLSearchParams(search).get("problem") === "oidc";
  return outcome === "provider" && !sentBack ? null : outcome;
}

/** Moves what was kept to this page's place in the history, so that no other page says it. */
export function settleOutcome(): void {
  const outcome = kept();
  if (outcome === null) return;
  history.replaceState({ ...(history.state as object | null), outcome }, "");
  try {
    sessionStorage.removeItem(key);
  } catch {
    // It could be read, so that it can be removed.
  }
}

/** To be called when somebody is signed in: what happened before that is said no more, here or when this is loaded again. */
export function dropOutcome(): void {
  settleOutcome();
  if (outcomeIn(history.state) === null) return;
  history.replaceState({ ...(history.state as object), outcome: undefined }, "");
}

function kept(): Outcome | null {
  try {
    return parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function outcomeIn(state: unknown): Outcome | null {
  return typeof state === "object" && state !== null && "outcome" in state
    ? parse(state.outcome)
    : null;
}

function parse(text: unknown): Outcome | null {
  return text === "signed-out" || text === "deleted" || text === "provider" ? text : null;
}
