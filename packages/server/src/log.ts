import { pino } from "pino";

/** What the parts of the server write to. */
export type Log = Pick<pino.Logger, "debug" | "info" | "warn" | "error">;

/** JSON lines on standard error; standard output belongs to people. Headers that carry credentials never pass. */
export function createLog(level: string): Log {
  const redact = ["authorization", "cookie", "*.authorization", "*.cookie", '*["set-cookie"]'];
  return pino({ level, redact, base: null }, pino.destination(2));
}
