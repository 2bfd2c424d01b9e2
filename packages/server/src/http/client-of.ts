import type { Context } from "hono";
import { clientAddress } from "./client-address.ts";
import { connectionOf } from "./connection.ts";

/** The address by which whoever sent a request is counted, as `clientAddress` has it. */
export type ClientOf = (c: Context) => string;

/** @param trustedProxies - how many of the operator's own proxies wrote into X-Forwarded-For. */
export function createClientOf(trustedProxies: number): ClientOf {
  return (c) =>
    clientAddress(
      connectionOf(c)?.remoteAddress,
      c.req.header("x-forwarded-for") ?? null,
      trustedProxies,
    );
}
