import { type ErrorCode, errorCodes } from "@portafilter/protocol";
import type { Context, ErrorHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Log } from "../log.ts";
import { refusalAnswer } from "./answer.ts";
import { logFailure } from "./error-log.ts";
import { traceOf } from "./trace.ts";

/** The answer for a code of the protocol's table. */
export function errorAnswer(c: Context, code: ErrorCode): Response {
  const { status, message } = errorCodes[code];
  c.header("cache-control", "no-store");
  return c.json({ error: { code, message } }, status as ContentfulStatusCode);
}

/** Answers thrown errors: a Problem by its code, all else as `internal`, with the reason in the log only. */
export function answerErrors(log: Log): ErrorHandler {
  return (error, c) => {
    const { id, route } = traceOf(c);
    logFailure(log, error, { id, route, method: c.req.method });
    return refusalAnswer(error, id);
  };
}
