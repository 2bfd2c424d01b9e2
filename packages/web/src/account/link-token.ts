/**
 * Takes the token out of `#token=…`, and removes it from the address bar, the tab's history and
 * whatever reads the address later. Null when there is none. Secret material: it stands for a password.
 */
export function takeLinkToken(page: Pick<Window, "location" | "history"> = window): string | null {
  const { hash, pathname, search } = page.location;
  const token = new URLSearchParams(hash.slice(1)).get("token");
  if (hash !== "") page.history.replaceState(null, "", pathname + search);
  return token === "" ? null : token;
}
