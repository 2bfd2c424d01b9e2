import { Problem } from "./problem.ts";

/** An error whose message is made of our own words only, so that it may be logged. */
export class ExplainedError extends Error {
  override readonly name: string = "ExplainedError";
}

/** An error as it is written down. */
export type Described = Readonly<{
  type: string;
  code?: string;
  message?: string;
  at?: readonly string[];
  cause?: Described;
}>;

/**
 * What a log may hold of an error: its kind, its code, its places in the source, and the same of its
 * causes. Messages are left out, since they quote what their error stumbled over (JSON, SQL), save our
 * own and those of the operating system.
 */
export function describeError(error: unknown, depth = 3): Described | undefined {
  if (error === undefined || depth === 0) return undefined;
  if (!(error instanceof Error)) return { type: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  // The stack begins with the message, which may have lines that look like places.
  const at = (error.stack ?? "")
    .replace(error.message, () => "")
    .split("\n")
    .filter((line) => /^ {4}at (?:.+ \()?(?:file:|node:|\/)\S+:\d+:\d+\)?$/.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  const cause = describeError(error.cause, depth - 1);
  return {
    type: error.constructor.name,
    ...(code !== undefined && /^\w{1,64}$/.test(code) ? { code } : {}),
    ...(tellsNothing(error) ? { message: error.message } : {}),
    at,
    ...(cause === undefined ? {} : { cause }),
  };
}

function tellsNothing(error: Error): boolean {
  return error instanceof ExplainedError || error instanceof Problem || "syscall" in error;
}
