/** Writes one JSON line to standard error. Callers pass names, codes and counts; never a value. */
export function log(
  event: string,
  fields: Readonly<Record<string, string | number | boolean>> = {},
) {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
}

/** What may be written of an unexpected error: its name, code and place. Messages can quote input. */
export function describeError(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as NodeJS.ErrnoException;
  const at = error.stack?.split("\n").find((line) => line.trimStart().startsWith("at "));
  return {
    error: error.name,
    ...(code === undefined ? {} : { code }),
    ...(at === undefined ? {} : { at: at.trim() }),
  };
}
