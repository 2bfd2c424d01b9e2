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
