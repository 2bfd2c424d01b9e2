import { type ErrorCode, errorCodes } from "@portafilter/protocol";
import type { Context, ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";

/** The answer for a code of the protocol's table. */
export function errorAnswer(c: Context, code: ErrorCode): Response {
  const { status, message } = errorCodes[code];
  c.header("cache-control", "no-store");
  return c.json({ error: { code, message } }, status as ContentfulStatusCode);
}

/** Answers thrown errors: a Problem by its code, all else as `internal`, with the reason in the log only. */
export function answerErrors(log: Log): ErrorHandler {
  return (error, c) => {
    if (error instanceof Problem) return errorAnswer(c, error.code);
    log.error({ err: error, method: c.req.method, path: c.req.path }, "a request failed");
    return errorAnswer(c, "internal");
  };
}
