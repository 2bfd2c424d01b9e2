import { Hono } from "hono";
import { ExplainedError } from "../error-description.ts";
import { jsonAnswer } from "../http/answer.ts";
import type { SiteApp } from "../http/app.ts";
import { answerErrors, errorAnswer } from "../http/errors.ts";
import { platformCsp, platformPermissions, securityHeaders } from "../http/headers.ts";
import { createReadyAnswer, type Readiness } from "../http/readiness.ts";
import type { Resource } from "../http/resources.ts";
import type { Sender } from "../http/send.ts";
import { withHeaders, within } from "../http/site-headers.ts";
import type { Sites } from "../http/sites.ts";
import type { Log } from "../log.ts";
import { tooLongGuard } from "../too-long.ts";

export type PlatformOptions = Readonly<{
  sites: Sites;
  /** The built host page, by path; `index.html` and `assets/…` among them. */
  files: ReadonlyMap<string, Resource>;
  send: Sender;
  /** What answers under `/api/`. Asked for each request, since there may be no database at first. */
  api: () => SiteApp;
  readiness: Readiness;
  log: Log;
}>;

/** Addresses that the host page knows (`packages/web/src/App.tsx`); under any other it says that there is nothing. */
const pages = [
  /^\/$/,
  /^\/how-it-works$/,
  /^\/snippet\/[^/]+\/v1$/,
  /^\/(?:sign-in|sign-in\/done|sign-up|forgot|reset|verify-email)$/,
  /^\/settings\/(?:account|secrets)$/,
];

/** The platform's origin: the host page, its files and the API. */
export function createPlatform(options: PlatformOptions): Hono {
  const { sites, files, send, api, readiness, log } = options;
  const index = files.get("index.html");
  if (index === undefined) throw new ExplainedError("the host page is not built");
  const app = new Hono();
  const csp = platformCsp(sites.appOrigins, tooLongGuard.source);
  const headers = securityHeaders(csp, sites.https, platformPermissions);
  app.use(withHeaders(headers));
  app.onError(answerErrors(log));

  app.use(async function noServiceWorkers(c, next) {
    // The platform has no service worker, so whoever asks for one is up to no good.
    if (c.req.header("service-worker") !== undefined) return errorAnswer(c, "not_found");
    return next();
  });
  app.get("/healthz", () => jsonAnswer({ status: "ok" }));
  app.get("/readyz", createReadyAnswer(readiness));
  app.all("/api/*", (c) => api().fetch(c.req.raw, within(c, headers)));
  app.get("*", async (c) => {
    const file = files.get(c.req.path.slice(1));
    if (file !== undefined) {
      return send(c, file, c.req.path.startsWith("/assets/") ? "immutable" : "revalidate");
    }
    if (c.req.path.startsWith("/assets/")) return errorAnswer(c, "not_found");
    const known = pages.some((page) => page.test(c.req.path));
    return send(c, index, "revalidate", known ? 200 : 404);
  });
  app.all("*", (c) => {
    c.header("allow", "GET, HEAD");
    return errorAnswer(c, "method_not_allowed");
  });
  return app;
}
