/** PostgreSQL's number for the type int8. */
export const int8 = 20;

/**
 * An int8 as a number; NaN where it would not be exact, so that it is equal to nothing that we wrote. An
 * error here would be taken for one of the connection, and be everybody's who shares the statement.
 */
export function safeInteger(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** A name that means the same with and without quotes. @throws TypeError for any other. */
export function plainName(name: string): string {
  if (!/^[a-z_]{1,60}$/.test(name)) throw new TypeError("not a plain name");
  return name;
}
