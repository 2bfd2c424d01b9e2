import { errorCodes } from "@portafilter/protocol";
import { Problem } from "../problem.ts";

/** Of every answer in JSON: nobody keeps it. */
export const jsonHeaders = { "cache-control": "no-store", "content-type": "application/json" };

/** An answer in JSON that nobody keeps. */
export function jsonAnswer(value: unknown, status = 200, headers = new Headers()): Response {
  for (const [name, text] of Object.entries(jsonHeaders)) headers.set(name, text);
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
