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
  if (!/^(?:\/|%2F)+snippet/i.test(pathname)) return null;
  const link = /^(?:\/|%2F)+snippet(?:\/|%2F)([\w-]{1,40})(?:\/|%2F)(v\d{1,3})/i.exec(pathname);
  const [whole, type = "", version = ""] = link ?? /^(?:\/|%2F)+snippet/i.exec(pathname) ?? [""];
  const address = link === null ? "/snippet/" : `/snippet/${type}/${version}`;
  const inPath = withoutMark(pathname.slice(whole.length));
  // No link of ours has a query: one beside whole code says where the link was found, any other may be the code.
  const inQuery = hasCode(hash) && !hasCode(search) ? "" : withoutMark(search.slice(1));
  const misplaced = [inPath, inQuery].filter((part) => part !== "").join("&");
  if (misplaced === "") return null;
  return `${address}${inQuery === "" ? search : ""}#${joined(misplaced, hash.slice(1))}`;
}

/** Whether `part` of an address has a field of a link in it, quoted or not: all of them belong behind the `#`. */
function hasCode(part: string): boolean {
  return /(?:^|[^a-z0-9]|%[0-9a-f]{2})(?:code|c|requirements)(?:=|%3D)/i.test(part);
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
