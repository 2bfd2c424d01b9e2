import { Hono } from "hono";
import { jsonAnswer } from "./http/answer.ts";
import type { SiteApp } from "./http/app.ts";
import { createReadyAnswer, type Readiness } from "./http/readiness.ts";
import type { Metrics } from "./metrics.ts";

/** What operators' tools read, on a listener of its own that no visitor reaches. */
export function createMetricsApp(metrics: Metrics, readiness: Readiness): SiteApp {
  const app = new Hono();
  app.get("/metrics", async () => {
    const headers = { "content-type": metrics.type, "cache-control": "no-store" };
    return new Response(await metrics.text(), { headers });
  });
  app.get("/healthz", () => jsonAnswer({ status: "ok" }));
  app.get("/readyz", createReadyAnswer(readiness));
  return app;
}
