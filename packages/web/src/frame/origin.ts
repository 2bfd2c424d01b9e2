import type { AppId } from "@portafilter/protocol";

/**
 * The origin of the app `id`: one label below the apps' domain, which the server writes into
 * `<meta name="portafilter-apps">` and which is the page's own host when that is empty.
 */
export function appOrigin(id: AppId, page: Document, location: Location): string {
  const meta = page.querySelector('meta[name="portafilter-apps"]')?.getAttribute("content") ?? "";
  const domain = meta.trim() === "" ? location.host : meta.trim();
  return new URL(`${location.protocol}//${id}.${domain}`).origin;
}
