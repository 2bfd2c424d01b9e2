import { readFileSync } from "node:fs";
import * as z from "zod";

/** A setting that cannot be used. The message names the setting, never its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads settings by their schema, whose messages follow the setting's name: `must be …`.
 * @throws ConfigError naming every setting that is wrong, and what is allowed instead.
 */
export function parseSettings<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  // What a schema says nothing about is not told in the validator's words: they are no sentences.
  const parsed = schema.safeParse(env, { error: () => "cannot be used" });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new ConfigError([...new Set(wrong)].join("; "));
}

/** A setting that is a number, of which `message` says what is allowed. */
function number(message: string, isAllowed: (value: number) => boolean) {
  return z.coerce.number(message).refine(isAllowed, message);
}

/** A setting that is a whole number. */
export function wholeNumber(min: number, max: number) {
  const isAllowed = (value: number) => Number.isInteger(value) && value >= min && value <= max;
  return number(`must be a whole number from ${min} to ${max}`, isAllowed);
}

/** A setting that is a number above 0. */
export function positiveNumber() {
  return number("must be a number above 0", (value) => value > 0);
}

/** A setting that is a time in seconds; fractions are allowed. */
export function seconds(min: number, max: number) {
  const isAllowed = (value: number) => value >= min && value <= max;
  return number(`must be a number of seconds from ${min} to ${max}`, isAllowed);
}

/** A setting that is one of these words. */
export function oneOf<const T extends readonly string[]>(...words: T) {
  const [last, ...others] = words.filter((word) => word !== "").toReversed();
  return z.enum(words, `must be ${others.toReversed().join(", ")} or ${last ?? ""}`);
}

/** A setting that need not be given; an empty one is none. */
export function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
}

/** A setting that is a text, and not an empty one. */
export function filled() {
  return z.string().min(1, "must not be empty");
}

/**
 * A setting, or what is in the file that `<name>_FILE` names, without space around it. May be secret material.
 * @throws ConfigError when both are given, or the file cannot be read.
 */
export function textOrFile(
  name: string,
  text: string | undefined,
  file: string | undefined,
): string | undefined {
  if (file === undefined) return text;
  if (text !== undefined) throw new ConfigError(`Give ${name} or ${name}_FILE, one of them`);
  return readSettingFile(`${name}_FILE`, file).trim();
}

/** What is in the file that a setting names. @throws ConfigError when it cannot be read. */
export function readSettingFile(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ConfigError(`${name} cannot be read`);
  }
}

/** Whether the host of an address is this machine, so that nothing leaves it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
