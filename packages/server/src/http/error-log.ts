import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";

/** An error whose message is made of our own words only, so that it may be logged. */
export class ExplainedError extends Error {
  override readonly name = "ExplainedError";
}

/**
 * Writes down why a request failed. An unknown error's message is left out, since it may quote what it
 * stumbled over (JSON, SQL): its kind, code and places in our source are what is kept.
 */
export function logFailure(
  log: Log,
  error: unknown,
  about: Readonly<Record<string, unknown>>,
): void {
  if (!(error instanceof Problem)) {
    log.error({ ...about, error: describe(error) }, "a request failed");
    return;
  }
  const faults = ["internal", "integrity_failure", "secret_unavailable", "database_unavailable"];
  const line = { ...about, code: error.code, cause: describe(error.cause) };
  if (faults.includes(error.code)) log.warn(line, "a request could not be served");
  else log.debug(line, "a request was refused");
}

type Described = Readonly<{
  type: string;
  code?: string;
  message?: string;
  at?: readonly string[];
  cause?: Described;
}>;

function describe(error: unknown, depth = 3): Described | undefined {
  if (error === undefined || depth === 0) return undefined;
  if (!(error instanceof Error)) return { type: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const at = (error.stack ?? "")
    .split("\n")
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  const cause = describe(error.cause, depth - 1);
  return {
    type: error.constructor.name,
    ...(code !== undefined && /^\w{1,64}$/.test(code) ? { code } : {}),
    ...(error instanceof ExplainedError ? { message: error.message } : {}),
    at,
    ...(cause === undefined ? {} : { cause }),
  };
}
