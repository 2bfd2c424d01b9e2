import { join } from "node:path";
import { paths, reserved } from "@portafilter/protocol";
import { type Context, Hono } from "hono";
import type { ClientOf } from "../http/client-of.ts";
import { answerErrors, errorAnswer } from "../http/errors.ts";
import { appCsp, securityHeaders } from "../http/headers.ts";
import { fileResource, type Resource } from "../http/resources.ts";
import {
  accepts,
  type Compression,
  cacheControl,
  type Sender,
  sendBytes,
  wantsCompression,
} from "../http/send.ts";
import { withHeaders } from "../http/site-headers.ts";
import type { Sites } from "../http/sites.ts";
import type { Log } from "../log.ts";
import type { Mirror } from "../packages/mirror.ts";
import { Problem } from "../problem.ts";
import type { createIndexRoute } from "./index-route.ts";
import type { Members } from "./members.ts";
import { notAnApp } from "./not-an-app.ts";

export type AppOriginOptions = Readonly<{
  sites: Sites;
  /** The runtime frame's page, manifest included. */
  frame: Resource;
  /** The service worker's script, which is told where the platform is. */
  serviceWorker: Resource;
  runner: ReadonlyMap<string, Resource>;
  runnerVersion: string;
  pyodide: ReadonlyMap<string, Resource>;
  pyodideVersion: string;
  snapshotDir: string;
  mirror: Pick<Mirror, "open">;
  members: Members;
  indexPage: ReturnType<typeof createIndexRoute>;
  clientOf: ClientOf;
  send: Sender;
  compress: Compression["mode"];
  log: Log;
}>;

const sha256 = "[0-9a-f]{64}";

/**
 * An app's origin, as far as the server answers it: what `paths` lists and nothing else. All other
 * addresses are the app's own and are answered by its service worker, out of Python.
 */
export function createAppOrigin(options: AppOriginOptions): Hono {
  const { sites, send, mirror, members } = options;
  const app = new Hono();
  app.use(withHeaders(securityHeaders(appCsp(sites.platformOrigin), sites.https)));
  app.onError(answerErrors(options.log));

  app.use(async function oneServiceWorker(c, next) {
    // An app that brought its own service worker would outlive itself on this origin.
    const asked = c.req.header("service-worker") !== undefined;
    // Compared as it was sent: Hono's path is decoded.
    if (asked && new URL(c.req.url).pathname !== paths.serviceWorker)
      return c.text("Not a service worker.", 403);
    return next();
  });

  app.use(async function neverAlone(c, next) {
    // Pages of wheels have scripts, which the service worker of a running app would answer.
    return c.req.header("sec-fetch-dest") === "document" ? notAnApp(sites) : next();
  });

  app.get(paths.frame, (c) => send(c, options.frame, "revalidate"));
  app.get(paths.serviceWorker, (c) => {
    c.header("service-worker-allowed", "/");
    return send(c, options.serviceWorker, "revalidate");
  });
  app.get(paths.sync, (c) => c.text("Only the service worker answers here.", 409));
  app.post(paths.sync, (c) => c.text("Only the service worker answers here.", 409));

  app.get(`${paths.runner}:version/:file`, (c) => {
    const { version, file } = c.req.param();
    if (version !== options.runnerVersion) throw new Problem("not_found");
    return send(c, known(options.runner, file), "immutable");
  });
  app.get(`${paths.pyodide}:version/:file`, (c) => {
    const { version, file } = c.req.param();
    if (version !== options.pyodideVersion) throw new Problem("not_found");
    return send(c, known(options.pyodide, file), "immutable");
  });
  app.get(`${paths.snapshots}:file{[a-z0-9]+-[0-9a-f]{16}\\.(bin|json|pack)}`, async (c) => {
    const { file } = c.req.param();
    const path = join(options.snapshotDir, file);
    const found = await fileResource(path, file).catch((cause: unknown) => {
      throw new Problem("not_found", { cause });
    });
    return send(c, found, "immutable");
  });
  app.get(`${paths.packages}:sha{${sha256}}/:file`, async (c) => {
    const { sha, file } = c.req.param();
    const opened = await mirror.open(sha, file, options.clientOf(c));
    c.header("cache-control", cacheControl.immutable);
    c.header("content-type", "application/zip");
    if (opened.size !== undefined) c.header("content-length", `${opened.size}`);
    return sendBytes(c, opened.bytes);
  });
  app.get(`${paths.members}:sha{${sha256}}/:path{.+}`, async (c) => {
    const { sha, path } = c.req.param();
    const gzip = wantsCompression(c, options.compress) && accepts(c, "gzip");
    const member = await members.open(sha, path, gzip);
    c.header("cache-control", cacheControl.immutable);
    c.header("vary", "Accept-Encoding");
    c.header("content-type", member.type);
    c.header("content-length", `${member.size}`);
    if (member.gzip) c.header("content-encoding", "gzip");
    return sendBytes(c, member.read);
  });
  app.get(`${paths.index}:project/`, (c) => {
    const site = sites.of(c.req.header("host") ?? new URL(c.req.url).host);
    if (site.kind !== "app") throw new Problem("wrong_host");
    return options.indexPage(c, c.req.param("project"), site.origin);
  });

  app.get(`${reserved}*`, (c) => errorAnswer(c, "not_found"));
  app.get("*", () => notAnApp(sites));
  app.all("*", (c: Context) => {
    c.header("allow", "GET, HEAD");
    return errorAnswer(c, "method_not_allowed");
  });
  return app;
}

function known(resources: ReadonlyMap<string, Resource>, name: string): Resource {
  const found = resources.get(name);
  if (found === undefined) throw new Problem("not_found");
  return found;
}
