import type { MiddlewareHandler } from "hono";
import type { Log } from "../log.ts";
import { traceOf } from "./trace.ts";

/** What is counted of a request. None of it is the visitor's. */
export type Seen = Readonly<{ method: string; route: string; status: number; seconds: number }>;

const methods = new Set(["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"]);

/** Writes one line for each request, at `info`, and counts it. Never an address with what is in it, never a header. */
export function watch(log: Log, count: (seen: Seen) => void): MiddlewareHandler {
  return async function watchRequests(c, next) {
    const trace = traceOf(c);
    await next();
    const method = methods.has(c.req.method) ? c.req.method : "other";
    const seconds = (performance.now() - trace.started) / 1000;
    const { route, id } = trace;
    const { status } = c.res;
    count({ method, route, status, seconds });
    log.info({ id, method, route, status, ms: Math.round(seconds * 1000) }, "request");
  };
}
