import { errorCodes } from "@portafilter/protocol";
import { Problem } from "../problem.ts";

/** An answer in JSON that nobody keeps. */
export function jsonAnswer(value: unknown, status = 200, headers = new Headers()): Response {
  headers.set("cache-control", "no-store");
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(value), { status, headers });
}

/**
 * The refusal that stands for an error: a Problem by its code, all else as `internal`. Faults of the
 * server carry the id by which the operator finds the line in the log.
 */
export function refusalAnswer(error: unknown, id: string): Response {
  const code = error instanceof Problem ? error.code : "internal";
  const { status, message } = errorCodes[code];
  const headers = new Headers();
  if (error instanceof Problem && error.retryAfter !== undefined) {
    headers.set("retry-after", `${Math.ceil(error.retryAfter)}`);
  }
  return jsonAnswer(
    { error: { code, message, ...(status >= 500 ? { id } : {}) } },
    status,
    headers,
  );
}
