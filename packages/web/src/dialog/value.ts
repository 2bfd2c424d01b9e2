import { secretValue } from "@portafilter/protocol";

/** What is wrong with a value; names a sentence of the catalogue. */
export type ValueProblem = "empty" | "tooLong" | "malformed";

/** Checks a value as the visitor typed it. Nothing is trimmed: a value is kept as it is or not at all. */
export function valueProblem(value: string): ValueProblem | null {
  if (value === "") return "empty";
  if (!value.isWellFormed()) return "malformed";
  return secretValue.safeParse(value).success ? null : "tooLong";
}

/** True when a value begins or ends with white space, which is most often an accident of copying. */
export function isSurrounded(value: string): boolean {
  return value !== value.trim();
}
