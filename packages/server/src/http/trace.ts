import type { Context } from "hono";

/** What is known about a request for the log and the metrics. Nothing in it is the visitor's. */
export type Trace = {
  /** Short and random: joins an answer with a status of 500 or more to its line in the log. */
  readonly id: string;
  readonly started: number;
  /** The pattern of the route's address, or which part of the server answered. */
  route: string;
};

const traces = new WeakMap<Request, Trace>();

/** The trace of a request, begun when it is first asked for. */
export function traceOf(c: Pick<Context, "req">): Trace {
  const known = traces.get(c.req.raw);
  if (known !== undefined) return known;
  const id = crypto.randomUUID().slice(0, 8);
  const trace: Trace = { id, started: performance.now(), route: "none" };
  traces.set(c.req.raw, trace);
  return trace;
}
