import { api, limits as sizes } from "@portafilter/protocol";
import type { Context, Hono } from "hono";
import type * as z from "zod/mini";
import { ExplainedError } from "../error-description.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";
import { jsonAnswer, refusalAnswer } from "./answer.ts";
import { type BodyPlace, createBodyRoom } from "./body-room.ts";
import { clientAddress } from "./client-address.ts";
import { connectionOf } from "./connection.ts";
import { deviceOf } from "./device.ts";
import { logFailure } from "./error-log.ts";
import { refuseEmbedded, refuseForeign } from "./fetch-metadata.ts";
import { createMissingLog } from "./missing-log.ts";
import { readJsonBody } from "./read-body.ts";
import { type Asked, mindsAccount, type RateLimitName, type Route, type Session } from "./route.ts";
import { siteAnswer } from "./site-headers.ts";
import { traceOf } from "./trace.ts";

/** Finds out who is asking, by the cookie; null for nobody. Two cookies of our name are nobody's. */
export type Sessions = Readonly<{
  of: (headers: Headers) => Promise<Session | null>;
  /** The same from memory, to be confirmed; null where memory has nobody, who may be somebody all the same. */
  recall: (headers: Headers) => Session | null;
}>;

/** Milliseconds for which who asks is believed without a second look, while the body comes in. */
const late = 500;

/** Counts requests. Asked twice for each: by address first, by user once it is known who asks. */
export type Limits = Readonly<{
  /** @throws Problem `rate_limited` */
  byAddress: (limit: RateLimitName, address: string) => Promise<void>;
  /** @throws Problem `rate_limited` */
  byUser: (limit: RateLimitName, userId: string) => Promise<void>;
}>;

export type MountPorts = Readonly<{
  sessions: Sessions;
  limits: Limits;
  log: Log;
  platformOrigin: string;
  /** How many entries at the end of X-Forwarded-For the operator's proxies wrote. */
  trustedProxies: number;
  /** Bytes of large bodies that may be here at once; for tests. */
  bodyRoom?: number;
}>;

/**
 * Puts declared routes on an app. Every request passes, in this order: method, where it comes from,
 * rate limit by address, sign-in, rate limit by user, whose account it means, freshness, its body (and all of
 * who asks once more, where that took long), and the schemas of what it brings. A sign-in from memory
 * (`optimistic`) is confirmed by the handler, or before it is told why a request did not get that far.
 * What the handler gives back passes the schema of the answer. Nothing is ever cached, no answer
 * allows another origin anything.
 */
export function mountRoutes(app: Hono, routes: readonly Route[], ports: MountPorts): void {
  const enter = createBodyRoom(ports.bodyRoom);
  const missing = createMissingLog(ports.log);
  // A fixed address goes before one with a parameter that would fit it too.
  const ordered = routes.toSorted(
    (a, b) => Number(a.path.includes(":")) - Number(b.path.includes(":")),
  );
  for (const route of ordered) {
    app.on(route.method, route.path, async (c, next) => {
      // Hono answers HEAD by way of GET; the API has no HEAD.
      if (c.req.method !== route.method) return next();
      return answer(c, route, { ...ports, missing }, enter());
    });
  }
  for (const path of new Set(ordered.map((route) => route.path))) {
    const methods = ordered.filter((route) => route.path === path).map((route) => route.method);
    app.all(path, (c) => {
      traceOf(c).route = path;
      const response = refusalAnswer(new Problem("method_not_allowed"), traceOf(c).id);
      response.headers.set("allow", methods.join(", "));
      return response;
    });
  }
}

/** Who asks, as soon as that is known: also for what is written down, or told, when it fails. */
type Asker = { userId: string | null; isUnconfirmed: boolean };

type Ports = MountPorts & Readonly<{ missing: ReturnType<typeof createMissingLog> }>;

async function answer(c: Context, route: Route, ports: Ports, place: BodyPlace): Promise<Response> {
  const trace = traceOf(c);
  trace.route = route.path;
  const asker: Asker = { userId: null, isUnconfirmed: false };
  try {
    return await serve(c, route, ports, place, asker);
  } catch (thrown) {
    const error = await confirmed(thrown, asker, c.req.raw.headers, ports);
    const about = { id: trace.id, operation: route.operation };
    logFailure(ports.log, error, about);
    const { userId } = asker;
    if (userId !== null && route.auth !== "none") ports.missing(error, { userId, ...about });
    return refusalAnswer(error, trace.id);
  } finally {
    place.leave();
  }
}

/**
 * What is told of a request that failed. Of one whose sign-in came from memory, and which did not get as far
 * as confirming it, nothing but that it is signed out where it is: whoever has an ended one would use up
 * its owner's limits with requests that fail.
 */
async function confirmed(
  error: unknown,
  asker: Asker,
  headers: Headers,
  { sessions }: MountPorts,
): Promise<unknown> {
  if (!asker.isUnconfirmed) return error;
  const session = await sessions.of(headers).catch((cause: unknown) => ({ cause }));
  if (session === null) return new Problem("signed_out");
  return "cause" in session ? session.cause : error;
}

async function serve(
  c: Context,
  route: Route,
  ports: MountPorts,
  place: BodyPlace,
  asker: Asker,
): Promise<Response> {
  const request = c.req.raw;
  const { headers } = request;
  const from = route.answers === "response" ? route.from : "page";
  if (from === "navigation") refuseEmbedded(headers);
  else if (from === "page") refuseForeign(headers, ports.platformOrigin);

  const { remoteAddress } = connectionOf(c) ?? {};
  const forwarded = headers.get("x-forwarded-for");
  const address = clientAddress(remoteAddress, forwarded, ports.trustedProxies);
  await ports.limits.byAddress(route.rateLimit, address);
  const began = performance.now();
  // A page of any site may come there, with this visitor's cookie: it is to use up nothing of theirs.
  const early = from === "anywhere" ? null : await whoAsks(route, headers, ports.sessions);
  asker.isUnconfirmed = early?.unconfirmed !== undefined;
  if (early !== null) await ports.limits.byUser(route.rateLimit, early.userId);
  refuseUnproven(route, headers, early);
  asker.userId = early?.userId ?? null;

  const { maxBody = sizes.requestBody } = route;
  const owner = early?.userId ?? address;
  const body = await readJsonBody(request, maxBody, (size) => {
    place.grow(size, owner);
  });
  // A body may be held back for two minutes, in which the sign-in ends: whoever was late is asked again.
  const isLate = early !== null && performance.now() - began > late;
  const session = isLate ? await ports.sessions.of(headers) : early;
  refuseUnproven(route, headers, session);

  let added: Headers | undefined;
  const asked = {
    session,
    params: parse(route.params, c.req.param(), "not_found"),
    query: readQuery(route.query, queryOf(request.url)),
    body: readBody(route.body, body),
    device: deviceOf(headers.get("user-agent")),
    address,
    request,
    header: (name: string, value: string) => {
      added ??= new Headers();
      added.append(name, value);
    },
    // The mount has just parsed with the schemas that the handler's types are made from.
  } as Asked<"session", undefined, undefined, undefined>;

  asker.isUnconfirmed = false;
  if (route.answers === "response")
    return finished(await route.handle(asked), added ?? new Headers());
  const parsed = route.reply.safeParse(await route.handle(asked));
  // Fail closed: an answer that is not what was declared may hold what must not leave.
  if (!parsed.success) throw badReply(route.operation, parsed.error);
  return added === undefined ? siteAnswer(c, parsed.data) : jsonAnswer(parsed.data, 200, added);
}

async function whoAsks({ auth }: Route, headers: Headers, sessions: Sessions) {
  const recalled = auth === "optimistic" ? sessions.recall(headers) : null;
  return recalled ?? (await sessions.of(headers));
}

function refuseUnproven(route: Route, headers: Headers, session: Session | null): void {
  const { auth } = route;
  if (auth !== "none" && session === null) throw new Problem("signed_out");
  if (session === null) return;
  // The cookie is the browser's: somebody else may have signed in meanwhile, in another tab.
  const meant = headers.get(api.accountHeader) ?? session.userId;
  if (meant !== session.userId && mindsAccount(route)) throw new Problem("other_account");
  if (auth === "fresh" && !session.isFresh) throw new Problem("confirm_needed");
}

/** Names fields, never values. */
function badReply(operation: string, { issues }: z.core.$ZodError): ExplainedError {
  const wrong = issues.map(({ path, code }) => `${path.join(".")} ${code}`).join("; ");
  return new ExplainedError(`${operation} answered what it does not declare: ${wrong}`);
}

function queryOf(address: string): URLSearchParams {
  return address.includes("?") ? new URL(address).searchParams : new URLSearchParams();
}

function readQuery(schema: z.ZodMiniType | undefined, query: URLSearchParams): unknown {
  const entries = [...query];
  const values = Object.fromEntries(entries);
  if (Object.keys(values).length !== entries.length) throw new Problem("bad_request");
  if (schema === undefined && entries.length > 0) throw new Problem("bad_request");
  return parse(schema, values, "bad_request");
}

function readBody(schema: z.ZodMiniType | undefined, body: unknown): unknown {
  if (schema !== undefined) return parse(schema, body, "bad_request");
  const isNothing = body === undefined || JSON.stringify(body) === "{}";
  if (!isNothing) throw new Problem("bad_request");
  return undefined;
}

function parse(
  schema: z.ZodMiniType | undefined,
  value: unknown,
  refusal: "bad_request" | "not_found",
): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Problem(refusal);
  return parsed.data;
}

/** A handler's own answer, with what every answer of the API has. */
function finished(response: Response, added: Headers): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of added) headers.append(name, value);
  headers.set("cache-control", "no-store");
  return new Response(response.body, { status: response.status, headers });
}
