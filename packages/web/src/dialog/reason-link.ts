/** A link of a reason as it may be shown: never without its host. */
export type ReasonLink = { readonly href: string; readonly host: string };

/**
 * Returns the link when `href` is an absolute http(s) address without a user part (which exists only
 * to look like a host), else null: then only the link's text is shown. International hosts come out
 * as punycode, so that look-alike letters are seen.
 */
export function reasonLink(href: string | undefined): ReasonLink | null {
  if (href === undefined || !/^https?:\/\//i.test(href) || !URL.canParse(href)) return null;
  const url = new URL(href);
  if (url.username !== "" || url.password !== "" || url.host === "") return null;
  return { href: url.href, host: url.host };
}
