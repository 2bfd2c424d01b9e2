import { readFileSync } from "node:fs";
import type * as z from "zod";

/** A setting that cannot be used. The message names the setting, never its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads settings by their schema.
 * @throws ConfigError naming every setting that is wrong.
 */
export function parseSettings<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`Settings that cannot be used: ${wrong.join("; ")}`);
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
