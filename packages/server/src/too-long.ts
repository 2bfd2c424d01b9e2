import { sha256Of } from "./hash.ts";
import { closedCsp } from "./http/headers.ts";

/**
 * Runs in the page that answers a request whose head is too long. Only the browser knows what made it so:
 * a parser that gave up does not tell whether it was the address. Where it was the cookies, those that
 * scripts see are removed, by every domain and path that they may have been set for. Ours are HttpOnly: no
 * app can set one that this does not see, and neither sign-in nor known device is touched.
 */
const script = `{
const most = 8192;
const longest = 64;
const jar = () => document.cookie;
const bytes = (text) => new TextEncoder().encode(text).length;
const names = () => new Set(["", ...jar().split("; ").map((pair) => pair.slice(0, Math.max(0, pair.indexOf("="))))]);
if (bytes(jar()) > most) {
  const labels = location.hostname.split(".");
  const domains = ["", ...labels.map((_, n) => "; Domain=" + labels.slice(n).join("."))];
  const steps = location.pathname.split("/").slice(1, longest);
  const paths = ["/", ...steps.flatMap((_, n) => ["/" + steps.slice(0, n + 1).join("/"), "/" + steps.slice(0, n + 1).join("/") + "/"])];
  for (const path of new Set(paths))
    for (const domain of domains)
      for (const kind of ["; Secure", "; Secure; Partitioned", "; Secure; SameSite=None", "; Secure; SameSite=None; Partitioned", ""]) {
        if (jar() === "") break;
        for (const name of names()) document.cookie = name + "=x; Max-Age=0; Path=" + path + domain + kind;
      }
  const [, back] = /^#portafilter-back=(.*)$/.exec(location.hash) ?? [];
  if (back !== undefined && bytes(jar()) <= most) {
    const to = new URL(decodeURIComponent(back), location.origin);
    if (to.href.startsWith(location.origin + "/")) location.replace(to);
  }
}
}`;

/**
 * Runs in the host page: where one of its own requests was refused so, for cookies that are set for its path
 * alone, the page above is opened at that address, and comes back here. Inline, since the files of the host
 * page may be what cannot be had.
 */
const guard = `new PerformanceObserver((list) => {
  const refused = list.getEntries().find(({ name, responseStatus }) => responseStatus === 431 && name.startsWith(location.origin + "/"));
  if (refused === undefined) return;
  const back = location.pathname + location.search + location.hash;
  location.replace(refused.name.split("#", 1)[0] + "#portafilter-back=" + encodeURIComponent(back));
}).observe({ type: "resource", buffered: true });`;

const sourceOf = (text: string) =>
  `'sha256-${Buffer.from(sha256Of(text), "hex").toString("base64")}'`;

/**
 * What the page may do: run the one script that it is there for, in a frame too. On two domains it is the
 * frame of an app that is refused so, and nothing else gets there; there is nothing in it to press.
 */
export const tooLongCsp = `${closedCsp.replace("frame-ancestors 'none'; ", "")}; script-src ${sourceOf(script)}`;

/** The element for the host page, and what allows it in `script-src`. */
export const tooLongGuard = { element: `<script>${guard}</script>`, source: sourceOf(guard) };

/** The script comes before the words, so that they are true when they are read. */
export const tooLongPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Portafilter</title>
<script>${script}</script>
<p>This address, or what the browser sends along with it, is too long. Cookies that were in the way are removed. Reload the page to try again.</p>
</html>
`;
