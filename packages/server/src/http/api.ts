import type { ErrorCode } from "@portafilter/protocol";
import { Hono } from "hono";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { refusalAnswer } from "./answer.ts";
import type { SiteApp } from "./app.ts";
import { answerErrors } from "./errors.ts";
import { type MountPorts, mountRoutes } from "./mount.ts";
import { openApiDocument } from "./openapi.ts";
import { type Route, rawRoute } from "./route.ts";
import { traceOf } from "./trace.ts";

/** The one address of the API that anybody may read: it describes the others. */
export function openApiRoute(routes: readonly Route[]): Route {
  const document = JSON.stringify(openApiDocument(routes));
  const type = "application/json";
  return rawRoute({
    method: "GET",
    path: "/api/v1/openapi.json",
    operation: "describeApi",
    summary: "The API in OpenAPI 3.1.",
    auth: "none",
    rateLimit: "document",
    from: "anywhere",
    type,
    handle: () => Promise.resolve(new Response(document, { headers: { "content-type": type } })),
  });
}

/** The API: the declared routes, their description, and a refusal at every other address. */
export function createApi(routes: readonly Route[], ports: MountPorts): Hono {
  const app = new Hono();
  mountRoutes(app, [...routes, openApiRoute(routes)], ports);
  app.all("*", (c) => refusalAnswer(new Problem("not_found"), traceOf(c).id));
  return app;
}

/** Stands in for the API until there is a database for it. */
export function createRefusingApi(code: ErrorCode, log: Log): SiteApp {
  const app = new Hono();
  app.onError(answerErrors(log));
  app.all("*", () => {
    throw new Problem(code);
  });
  return app;
}
