/** The requirements of a text as its author wrote it: one a line, without comments. */
export function requirementLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

/**
 * Whether a requirement names an address, whose content its host can exchange at any time, without the
 * SHA-256 of what is meant. When in doubt it does. The runtime holds what arrives against each `sha256=`.
 */
export function isUnpinnedAddress(line: string): boolean {
  // Readers of addresses leave out tabs and the like wherever they stand, so a `.w\thl` is a wheel to them.
  if (!/[^ -~]|:\/\/|@|\.whl/i.test(line)) return false;
  const address = /^(?:[\w.[\], -]*@ *)?(https?:\/\/[!-~]+)(?:[ \t]+;[ -~]*)?$/i.exec(line)?.[1];
  const [, fragment, more] = address?.split("#") ?? [];
  if (fragment === undefined || more !== undefined) return true;
  return !fragment.split("&").some((part) => /^sha256=[0-9A-Fa-f]{64}$/.test(part));
}
