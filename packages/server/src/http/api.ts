import type { ErrorCode } from "@portafilter/protocol";
import { Hono } from "hono";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { jsonAnswer, refusalAnswer } from "./answer.ts";
import type { SiteApp } from "./app.ts";
import { answerErrors } from "./errors.ts";
import { type MountPorts, mountRoutes } from "./mount.ts";
import { openApiDocument } from "./openapi.ts";
import type { Route } from "./route.ts";
import { traceOf } from "./trace.ts";

/** Where the API describes itself: the one address of it that anybody may read. */
export const openApiPath = "/api/v1/openapi.json";

/** The API: the declared routes, their description, and a refusal at every other address. */
export function createApi(routes: readonly Route[], ports: MountPorts): Hono {
  const app = new Hono();
  const document = openApiDocument(routes);
  app.get(openApiPath, (c) => {
    traceOf(c).route = openApiPath;
    return c.req.method === "GET" ? jsonAnswer(document) : refusal(c, "method_not_allowed");
  });
  mountRoutes(app, routes, ports);
  app.all("*", (c) => refusal(c, "not_found"));
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

function refusal(c: Parameters<typeof traceOf>[0], code: ErrorCode): Response {
  return refusalAnswer(new Problem(code), traceOf(c).id);
}
