import { Hono } from "hono";
import { jsonAnswer } from "./http/answer.ts";
import type { SiteApp } from "./http/app.ts";
import { errorAnswer } from "./http/errors.ts";
import { createReadyAnswer, type Readiness } from "./http/readiness.ts";
import type { Metrics } from "./metrics.ts";
import { isLoopback } from "./settings.ts";

/**
 * What operators' tools read, on a listener of its own that no visitor reaches.
 *
 * It answers under this machine's own names and the platform's. Under any other, a page in a browser on this
 * machine asks, whose own name now leads here: what it is told it could read.
 */
export function createMetricsApp(
  metrics: Metrics,
  readiness: Readiness,
  platformHost: string,
): SiteApp {
  const app = new Hono();
  app.use(async function ownNames(c, next) {
    const host = c.req.header("host")?.toLowerCase() ?? "";
    const name = host.replace(/:\d{1,5}$/, "");
    const isOwn = isLoopback(name) || name === platformHost;
    return isOwn ? next() : errorAnswer(c, "wrong_host");
  });
  app.get("/metrics", async () => {
    const headers = { "content-type": metrics.type, "cache-control": "no-store" };
    return new Response(await metrics.text(), { headers });
  });
  app.get("/healthz", () => jsonAnswer({ status: "ok" }));
  app.get("/readyz", createReadyAnswer(readiness));
  return app;
}
