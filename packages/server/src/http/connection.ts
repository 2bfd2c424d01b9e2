import type { Context } from "hono";

/** Node's side of a request, as far as it is needed. */
export type Connection = Readonly<{ destroy: () => void; remoteAddress?: string }>;

/** The connection that a request came by; undefined in tests, where there is none. */
export function connectionOf(c: Context): Connection | undefined {
  return (c.env as { incoming?: { socket?: Connection } } | undefined)?.incoming?.socket;
}
