import { wayBackCsp, wayBackPage } from "@portafilter/protocol";
import { securityHeaders } from "../http/headers.ts";
import { complete } from "../http/site-headers.ts";
import type { Sites } from "../http/sites.ts";

/** What somebody sees who opens an app's address by itself, or before its service worker is there. */
export function notAnApp({ platformOrigin, https }: Sites): Response {
  const headers = {
    ...securityHeaders(wayBackCsp(platformOrigin), https),
    "cache-control": "no-store",
    "content-type": "text/html; charset=utf-8",
  };
  return complete(new Response(wayBackPage(platformOrigin), { status: 404, headers }));
}
