/** Where to go after signing in, when nothing else was said. */
export const home = "/settings/secrets";
/** In place of an address: the sign-in was opened from an app's tab, which is still there. */
export const close = "close";

const key = "portafilter.then";
/** Links that are damaged are often long ones. */
const longest = 1024 * 1024;

/** Pages of ours whose address says nothing but which page it is. Of any other, a part may be somebody's code. */
const plain = /^(?:close|\/|\/how-it-works(?:#[a-z]{1,20})?|\/settings\/(?:account|secrets))$/;

/**
 * The address on this site that `text` names, or null when it is anything else: another site, a
 * scheme, or what a browser would make one of (`//host`, `/\host`, `/.//host`, control characters).
 */
export function ownPath(text: string | null, origin = location.origin): string | null {
  if (text === null || text.length > longest) return null;
  if (!/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(text) || !URL.canParse(text, origin)) return null;
  const url = new URL(text, origin);
  const path = url.pathname + url.search + url.hash;
  // Dots are resolved by now, and may have left two slashes at the beginning.
  return url.origin === origin && !path.startsWith("//") ? path : null;
}

/**
 * Where signing in leads: what this page's place in the tab's history says, else `then` of the query. An
 * address on this site, `close`, or null when nothing usable.
 */
export function thenOf(search: string, state: unknown = null): string | null {
  return placeOf(thenIn(state)) ?? placeOf(new URLSearchParams(search).get("then"));
}

/** An address of ours and what goes with it in the tab's history, which no server is sent. */
export type Way = Readonly<{ href: string; state: Readonly<{ then: string }> | null }>;

/** The way to `path` that keeps `then`: in the address where that is {@link plain}, in the history otherwise. */
export function withThen(path: string, then: string | null): Way {
  if (then === null) return { href: path, state: null };
  if (!plain.test(then)) return { href: path, state: { then } };
  return { href: `${path}?${new URLSearchParams({ then }).toString()}`, state: null };
}

/** The sign-in page that leads back to where the visitor is now. */
export function signInHere(here: Location = location): Way {
  return withThen("/sign-in", ownPath(here.pathname + here.search + here.hash, here.origin));
}

/** Takes a `then` that is more than a page of ours out of this page's address, so that no reload sends it. */
export function settleThen(page: Pick<Window, "location" | "history"> = window): void {
  const { pathname, search } = page.location;
  const query = new URLSearchParams(search);
  const named = query.get("then");
  if (named === null || plain.test(named)) return;
  const then = thenOf(search, page.history.state);
  query.delete("then");
  const rest = query.size === 0 ? "" : `?${query.toString()}`;
  const state = page.history.state as object | null;
  page.history.replaceState({ ...state, then }, "", pathname + rest);
}

/** Keeps `then` while the visitor is at a provider's site, which sends them back without it. */
export function keepThen(then: string | null): void {
  try {
    if (then === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, then);
  } catch {
    // Storage is blocked: signing in works all the same, and leads to the settings.
  }
}

/** Takes what `keepThen` kept; judged anew, since storage is no proof. */
export function takeThen(): string | null {
  try {
    const then = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return placeOf(then);
  } catch {
    return null;
  }
}

function placeOf(then: string | null): string | null {
  return then === close ? close : ownPath(then);
}

function thenIn(state: unknown): string | null {
  const has = typeof state === "object" && state !== null && "then" in state;
  return has && typeof state.then === "string" ? state.then : null;
}
