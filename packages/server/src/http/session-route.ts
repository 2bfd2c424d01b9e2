import { api } from "@portafilter/protocol";
import { type Route, route, type Session } from "./route.ts";

/** The route that tells who is signed in, whether or not this server has accounts. */
export function sessionRoute(
  handle: (asked: Readonly<{ session: Session | null }>) => Promise<api.SessionAnswer>,
): Route {
  return route({
    method: "GET",
    path: "/api/v1/session",
    operation: "getSession",
    summary: "Who is signed in, and what this server offers.",
    auth: "none",
    rateLimit: "page",
    reply: api.sessionAnswer,
    handle,
  });
}
