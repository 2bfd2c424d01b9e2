/** Where to go after signing in, when nothing else was said. */
export const home = "/settings/secrets";
/** In place of an address: the sign-in was opened from an app's tab, which is still there. */
export const close = "close";

const key = "portafilter.then";
const longest = 8 * 1024;

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

/** What `then` in a query says: an address on this site, `close`, or null when nothing usable. */
export function thenOf(search: string): string | null {
  const then = new URLSearchParams(search).get("then");
  return then === close ? close : ownPath(then);
}

/** `path` with `then` in its query; without it when there is none. */
export function withThen(path: string, then: string | null): string {
  return then === null ? path : `${path}?${new URLSearchParams({ then }).toString()}`;
}

/** The sign-in page that leads back to where the visitor is now. */
export function signInHere(here: Location = location): string {
  return withThen("/sign-in", ownPath(here.pathname + here.search + here.hash, here.origin));
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
    return then === close ? close : ownPath(then);
  } catch {
    return null;
  }
}
