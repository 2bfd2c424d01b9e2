import { api } from "@portafilter/protocol";
import { type Route, route } from "./route.ts";

/** The API where there is no key server: it says that nobody can sign in. */
export const anonymousRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/api/v1/session",
    operation: "getSession",
    summary: "Who is signed in, and what this server offers.",
    auth: "none",
    rateLimit: "page",
    reply: api.sessionAnswer,
    handle: () =>
      Promise.resolve({
        user: null,
        fresh: false,
        offers: { accounts: false, mail: false, providers: [] },
      }),
  }),
];
