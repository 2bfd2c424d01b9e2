/** The token in `#token=…`; null when there is none. Secret material: it stands for a password. */
export function linkToken(hash: string): string | null {
  const token = new URLSearchParams(hash.slice(1)).get("token");
  return token === "" ? null : token;
}

/** Removes the fragment from the address bar, the tab's history and whatever reads the address later. */
export function hideFragment(page: Pick<Window, "location" | "history"> = window): void {
  const { hash, pathname, search } = page.location;
  if (hash !== "") page.history.replaceState(null, "", pathname + search);
}
