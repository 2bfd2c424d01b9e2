import type * as z from "zod/mini";

/** Who is asking. */
export type Session = Readonly<{
  userId: string;
  sessionId: string;
  /** Signed in, or confirmed, within the last ten minutes. */
  isFresh: boolean;
}>;

/** What a route asks of the visitor: nothing, a sign-in, or a fresh one. */
export type Auth = "none" | "session" | "fresh";

/** Limits of `rate-limits.ts`; each route names the one it is under. */
export type RateLimitName =
  | "page"
  | "read"
  | "write"
  | "use"
  | "merge"
  | "reveal"
  | "stream"
  | "credentials"
  | "mail";

/** What a handler is given: all of it parsed. `session` is there when `auth` asks for one. */
export type Asked<A extends Auth, Params, Query, Body> = Readonly<{
  session: A extends "none" ? Session | null : Session;
  params: Params;
  query: Query;
  body: Body;
  /** Browser and system in words, from User-Agent. */
  device: string | null;
  request: Request;
  /** Puts a header on the answer, such as Set-Cookie. */
  header: (name: string, value: string) => void;
}>;

type Schema = z.ZodMiniType;
type Out<S> = S extends Schema ? z.infer<S> : undefined;

/** A route as declared; the table of all of them is what OpenAPI and the tests read. */
export type Route<
  A extends Auth = Auth,
  Params extends Schema | undefined = Schema | undefined,
  Query extends Schema | undefined = Schema | undefined,
  Body extends Schema | undefined = Schema | undefined,
  Reply extends Schema = Schema,
> = Readonly<{
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** `/api/v1/secrets/:id` */
  path: string;
  /** Unique; the operationId of OpenAPI. */
  operation: string;
  summary: string;
  auth: A;
  rateLimit: RateLimitName;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Bytes; `limits.requestBody` unless told. */
  maxBody?: number;
  /** Parsed before it is sent: what the schema does not know does not leave. */
  reply: Reply;
  handle: (asked: Asked<A, Out<Params>, Out<Query>, Out<Body>>) => Promise<z.input<Reply>>;
}>;

/** Declares a route, with its handler's types made from its schemas. */
export function route<
  A extends Auth,
  Reply extends Schema,
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
>(declared: Route<A, Params, Query, Body, Reply>): Route {
  // A handler of one body is no handler of any body; the mount parses with the same schemas first.
  return declared as unknown as Route;
}
