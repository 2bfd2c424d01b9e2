import { Problem } from "../problem.ts";

/**
 * Lets pass only what code of the platform's own pages asked for. Apps are on sibling hosts, in
 * development even of the same site, so `same-site` is as foreign as `cross-site`. Browsers that do not
 * tell where a request comes from must name the platform as Origin, which they do for all but GET;
 * what tells neither is refused.
 * @throws Problem `forbidden_origin`
 */
export function refuseForeign(headers: Headers, platformOrigin: string): void {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (origin !== null && origin !== platformOrigin) throw new Problem("forbidden_origin");
  if (site === null && origin === null) throw new Problem("forbidden_origin");
  if (site !== null && site !== "same-origin") throw new Problem("forbidden_origin");
  // Same origin, but not by code: a page that was entered, a form, an image, a worker.
  const dest = headers.get("sec-fetch-dest");
  if (dest !== null && dest !== "empty") throw new Problem("forbidden_origin");
  if (headers.get("sec-fetch-mode") === "navigate") throw new Problem("forbidden_origin");
}

/**
 * Lets pass only the navigation of a whole tab, from wherever: no frame, no fetch, no image.
 * @throws Problem `forbidden_origin`
 */
export function refuseEmbedded(headers: Headers): void {
  const dest = headers.get("sec-fetch-dest");
  const mode = headers.get("sec-fetch-mode");
  if ((dest ?? "document") !== "document" || (mode ?? "navigate") !== "navigate") {
    throw new Problem("forbidden_origin");
  }
}
