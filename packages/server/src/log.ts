import { pino } from "pino";
import { describeError } from "./error-description.ts";

/** What the parts of the server write to. */
export type Log = Pick<pino.Logger, "debug" | "info" | "warn" | "error">;

/** Names under which something may stand that no log may hold, here or one level down. */
const unspeakable = [
  "authorization",
  "cookie",
  "set-cookie",
  "headers",
  "body",
  "password",
  "token",
  "secret",
  "value",
  "url",
  "email",
];

/**
 * JSON lines on standard error; standard output belongs to people. What bears the name of a credential
 * never passes, and of errors only what `describeError` lets through.
 */
export function createLog(
  level: string,
  destination: pino.DestinationStream = pino.destination(2),
): Log {
  const redact = unspeakable.flatMap((name) => [`["${name}"]`, `*["${name}"]`]);
  return pino({ level, redact, base: null, serializers: { err: describeError } }, destination);
}
