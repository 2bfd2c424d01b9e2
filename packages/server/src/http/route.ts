import type { ErrorCode } from "@portafilter/protocol";
import type * as z from "zod/mini";
import type { Problem } from "../problem.ts";

/** Who is asking. */
export type Session = Readonly<{
  userId: string;
  sessionId: string;
  /** Signed in, or confirmed, within the last ten minutes. */
  isFresh: boolean;
  /** Only where a route's `auth` is `optimistic`, and there where who asks comes from memory. */
  unconfirmed?: Unconfirmed;
}>;

/** A sign-in that stood a while ago. Nothing may be done or told for it before it is confirmed. */
export type Unconfirmed = Readonly<{
  /** Of its token, in hexadecimal: whether it still stands is asked in the statement that reads the rows. */
  tokenHash: string;
  /** What to throw when it does not. The next request is not believed again. */
  refuse: () => Problem;
}>;

/**
 * What a route asks of the visitor: nothing, a sign-in, or a fresh one. `optimistic` is a sign-in that may
 * come from memory, which spares a statement; the handler has to confirm it with what it reads.
 */
export type Auth = "none" | "session" | "optimistic" | "fresh";

/** Limits of `rate-limits.ts`; each route names the one it is under. */
export type RateLimitName =
  | "document"
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
  /** By which attempts are counted: never for the audit or a log. */
  address: string;
  request: Request;
  /** Puts a header on the answer, such as Set-Cookie. */
  header: (name: string, value: string) => void;
}>;

type Schema = z.ZodMiniType;
type Out<S> = S extends Schema ? z.infer<S> : undefined;

/** What every declaration says. */
type Declared<
  A extends Auth,
  Params extends Schema | undefined,
  Query extends Schema | undefined,
  Body extends Schema | undefined,
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
  /** Values are texts; a name that comes twice is refused. Without it there may be no query. */
  query?: Query;
  /** Without it there may be no body, or an empty object. */
  body?: Body;
  /** Bytes; `limits.requestBody` unless told. */
  maxBody?: number;
  /** Refusals of its own, for OpenAPI, besides those that its declaration implies. */
  problems?: readonly ErrorCode[];
}>;

/** A route that answers JSON. */
export type JsonRoute<
  A extends Auth = Auth,
  Params extends Schema | undefined = Schema | undefined,
  Query extends Schema | undefined = Schema | undefined,
  Body extends Schema | undefined = Schema | undefined,
  Reply extends Schema = Schema,
> = Declared<A, Params, Query, Body> &
  Readonly<{
    answers?: "json";
    /** Parsed before it is sent: what the schema does not know does not leave. */
    reply: Reply;
    handle: (asked: Asked<A, Out<Params>, Out<Query>, Out<Body>>) => Promise<z.input<Reply>>;
  }>;

/** A route that makes its answer itself: a stream, a redirect. */
export type RawRoute<
  A extends Auth = Auth,
  Params extends Schema | undefined = Schema | undefined,
  Query extends Schema | undefined = Schema | undefined,
  Body extends Schema | undefined = Schema | undefined,
> = Declared<A, Params, Query, Body> &
  Readonly<{
    answers: "response";
    /**
     * Who may come here: code of the platform's own pages, as everywhere; a browser that another site sent
     * (`navigation`), which then proves itself by something only this visitor's browser has; or anybody
     * (`anywhere`), of whom nothing is looked at but their address: the answer is the same for all.
     */
    from: "page" | "navigation" | "anywhere";
    /** Media type of the answer, for OpenAPI. */
    type: string;
    handle: (asked: Asked<A, Out<Params>, Out<Query>, Out<Body>>) => Promise<Response>;
  }>;

/** A route as declared; the table of all of them is what OpenAPI and the tests read. */
export type Route = JsonRoute | RawRoute;

/**
 * Whether it is refused where another account is meant than the one that is signed in. Only who is signed in
 * may be asked by a page that is wrong about it.
 */
export function mindsAccount({ auth, method }: Route): boolean {
  return auth !== "none" || method !== "GET";
}

/** Declares a route, with its handler's types made from its schemas. */
export function route<
  A extends Auth,
  Reply extends Schema,
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
>(declared: JsonRoute<A, Params, Query, Body, Reply>): Route {
  // A handler of one body is no handler of any body; the mount parses with the same schemas first.
  return declared as unknown as JsonRoute;
}

/** Declares a route whose handler makes the whole answer. */
export function rawRoute<
  A extends Auth,
  Params extends Schema | undefined = undefined,
  Query extends Schema | undefined = undefined,
  Body extends Schema | undefined = undefined,
>(declared: Omit<RawRoute<A, Params, Query, Body>, "answers">): Route {
  return { ...declared, answers: "response" } as unknown as RawRoute;
}
