/** PostgreSQL's number for the type int8. */
export const int8 = 20;

/** An int8 as a number. @throws RangeError where it would not be exact. */
export function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError("an int8 beyond what a number holds");
  return value;
}

/** A name that means the same with and without quotes. @throws TypeError for any other. */
export function plainName(name: string): string {
  if (!/^[a-z_]{1,60}$/.test(name)) throw new TypeError("not a plain name");
  return name;
}
