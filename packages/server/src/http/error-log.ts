import { errorCodes } from "@portafilter/protocol";
import { describeError } from "../error-description.ts";
import type { Log } from "../log.ts";
import { Problem } from "../problem.ts";

/**
 * Writes down why a request failed, at `warn` or above where the answer carries an id to look for. An unknown error's message is left out, since it may quote what it
 * stumbled over (JSON, SQL): its kind, code and places in our source are what is kept.
 */
export function logFailure(
  log: Log,
  error: unknown,
  about: Readonly<Record<string, unknown>>,
): void {
  if (!(error instanceof Problem)) {
    log.error({ ...about, error: describeError(error) }, "a request failed");
    return;
  }
  const line = { ...about, code: error.code, cause: describeError(error.cause) };
  if (errorCodes[error.code].status >= 500) log.warn(line, "a request could not be served");
  else log.debug(line, "a request was refused");
}
