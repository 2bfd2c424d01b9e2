import { SourceError } from "./source-error.ts";

/** Whether a status sends us elsewhere. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Where a redirect leads. @throws SourceError where it leads nowhere, or away from TLS. */
export function redirectTarget(from: URL, location: string | null): URL {
  const next = location === null ? null : URL.parse(location, from.href);
  const isWeaker = from.protocol === "https:" && next?.protocol !== "https:";
  if (next === null || isWeaker) {
    throw new SourceError(`${from.host} redirects to where nobody should go`);
  }
  return next;
}
