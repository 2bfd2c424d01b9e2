/** More requests than any honest run makes: the worker answers repeated ones from its cache. */
const idLimit = 10_000;

/** Accepts each id once per port. False for a repeated one, and for every one past the limit. */
export function createRequestIds(): (id: string) => boolean {
  const seen = new Set<string>();
  return (id) => {
    if (seen.has(id) || seen.size >= idLimit) return false;
    seen.add(id);
    return true;
  };
}
