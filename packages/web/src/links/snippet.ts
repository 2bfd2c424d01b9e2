import { type AppType, isUnpinnedAddress, requirementLines } from "@portafilter/protocol";

/** What a snippet link carries. Untrusted; shown and run, never believed. */
export type Snippet = {
  readonly type: AppType;
  /** Python source, or, when the whole of it is an http(s) address, where the source is. */
  readonly code: string;
  /** Requirements, one per line. */
  readonly requirements: string;
};

/** The address `code` consists of, or null when `code` is source. */
export function codeAddress(code: string): string | null {
  const text = code.trim();
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return null;
  return text;
}

/**
 * Whether a snippet names addresses, for its code or for a package, whose content can change while the snippet
 * and its id stay: what a visitor allows holds for one run then.
 */
export function holdsForOneRun({ code, requirements }: Snippet): boolean {
  return codeAddress(code) !== null || requirementLines(requirements).some(isUnpinnedAddress);
}
