import type { Hono } from "hono";
import { pino } from "pino";
import { Problem } from "../../problem.ts";
import { createApi } from "../api.ts";
import type { MountPorts } from "../mount.ts";
import type { Route, Session } from "../route.ts";

export const platformOrigin = "http://pycafe.localhost:8080";

/** What a browser sends along with a fetch by a page of the platform. */
export const fromOwnPage = {
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "cors",
  "sec-fetch-dest": "empty",
} as const;

export type TestApi = Readonly<{
  app: Hono;
  /** Asks as the platform's own page would; `headers` come on top. A body that is no text is sent as JSON. */
  ask: (
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ) => Promise<Response>;
  /** Everything that was logged, as text. */
  logged: () => string;
}>;

/** Routes mounted with ports that let everything pass; `Cookie: user=<id>` is a session, `fresh=1` a fresh one. */
export function testApi(routes: readonly Route[], ports: Partial<MountPorts> = {}): TestApi {
  const lines: string[] = [];
  const log = pino({ level: "debug", base: null }, { write: (line: string) => lines.push(line) });
  const app = createApi(routes, {
    sessions: {
      of: (headers) => Promise.resolve(sessionOf(headers.get("cookie") ?? "")),
      recall: () => null,
    },
    limits: { byAddress: () => Promise.resolve(), byUser: () => Promise.resolve() },
    log,
    platformOrigin,
    trustedProxies: 0,
    ...ports,
  });
  return {
    app,
    ask: async (method, path, { body, headers } = {}) =>
      app.request(`${platformOrigin}${path}`, {
        method,
        headers: {
          ...fromOwnPage,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    logged: () => lines.join(""),
  };
}

function sessionOf(cookie: string): Session | null {
  const userId = /\buser=(\w+)/.exec(cookie)?.[1];
  if (userId === "broken") throw new Problem("database_unavailable");
  return userId === undefined
    ? null
    : { userId, sessionId: "s1", isFresh: cookie.includes("fresh=1") };
}
