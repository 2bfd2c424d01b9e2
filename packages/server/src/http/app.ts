import { Hono } from "hono";
import type { Log } from "../log.ts";
import { answerErrors, errorAnswer } from "./errors.ts";
import { closedCsp, securityHeaders } from "./headers.ts";
import { withHeaders } from "./site-headers.ts";
import type { Site, Sites } from "./sites.ts";
import { traceOf } from "./trace.ts";
import { type Seen, watch } from "./watch.ts";

/** What a site is to the door: it answers requests. */
export type SiteApp = Readonly<{
  fetch: (request: Request, env: object) => Response | Promise<Response>;
}>;

/**
 * The door of the server: sends each request to the site that its Host header names. A request whose
 * own address names another host than its Host header is for neither.
 */
export function createApp(
  sites: Sites,
  apps: Readonly<Record<Exclude<Site["kind"], "none">, SiteApp>>,
  { log, count }: Readonly<{ log: Log; count: (seen: Seen) => void }>,
): Hono {
  const refuse = new Hono();
  refuse.use(withHeaders(securityHeaders(closedCsp, sites.https)));
  refuse.all("*", (c) => errorAnswer(c, "wrong_host"));

  const door = new Hono();
  door.onError(answerErrors(log));
  door.use(watch(log, count));
  door.all("*", (c) => {
    const header = c.req.header("host")?.toLowerCase();
    const host = hostOf(c.req.url, header);
    const named = header ?? host;
    const { kind } = sites.of(named === host ? named : undefined);
    traceOf(c).route = kind;
    return (kind === "none" ? refuse : apps[kind]).fetch(c.req.raw, c.env as object);
  });
  return door;
}

/** The host that an address names; taken apart only where that is not plainly the expected one. */
function hostOf(address: string, expected: string | undefined): string {
  const isPlain = expected !== undefined && address.startsWith(`http://${expected}/`);
  return isPlain ? expected : new URL(address).host;
}
