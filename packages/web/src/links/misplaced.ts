/** Fields of a link that carry code, which belong behind the `#`. */
const fields = ["code", "c", "requirements"];

/**
 * Where a snippet's link whose code stands before the `#` should lead: to the same address with all of it
 * behind, where browsers keep it to themselves. Null for every address that is as it should be.
 *
 * Opening such a link has sent the code to the server already; this keeps what follows from sending it
 * again: a reload, a way back, a bookmark.
 */
export function withCodeBehind({
  pathname,
  search,
  hash,
}: Pick<Location, "pathname" | "search" | "hash">): string | null {
  if (!pathname.startsWith("/snippet/")) return null;
  const known = /^\/snippet\/[\w-]{1,40}\/v\d{1,3}/.exec(pathname)?.[0];
  const address = known ?? "/snippet/";
  const inPath = withoutMark(pathname.slice(address.length));
  const query = search.slice(1);
  const inQuery = fields.some((name) => new URLSearchParams(query).has(name)) ? query : "";
  const misplaced = [inPath, inQuery].filter((part) => part !== "").join("&");
  if (misplaced === "") return null;
  return `${address}${inQuery === "" ? search : ""}#${joined(misplaced, hash.slice(1))}`;
}

/** What stands between an address and its code: the `#` itself, quoted or as somebody mistook it. */
function withoutMark(text: string): string {
  return text.replace(/^(?:%23|%3F|%26|[/&;])+/i, "");
}

/** A fragment that has code of its own counts first; one that has none is the end of a code with `#` in it. */
function joined(misplaced: string, fragment: string): string {
  if (fragment === "") return misplaced;
  const ownCode = fragment.split("&").some((field) => /^(?:code|c)=/.test(field));
  return ownCode ? `${fragment}&${misplaced}` : `${misplaced}%23${fragment}`;
}
