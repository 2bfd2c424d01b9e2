/** Writes one JSON line to standard error. Callers pass names, codes and counts; never a value. */
export function log(
  event: string,
  fields: Readonly<Record<string, string | number | boolean>> = {},
) {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
}

/** A place in a stack, by a path and not by the words of a message. */
const place = /^ {4}at (?:.+ \()?(?:file:|node:|\/)\S+:\d+:\d+\)?$/;

/** What may be written of an unexpected error: its kind, code and place. Messages can quote input, and look like places. */
export function describeError(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const stack = (error.stack ?? "").replace(error.message, () => "");
  const at = stack.split("\n").find((line) => place.test(line));
  return {
    error: error.constructor.name,
    ...(/^\w{1,64}$/.test(code) ? { code } : {}),
    ...(at === undefined ? {} : { at: at.trim() }),
  };
}
