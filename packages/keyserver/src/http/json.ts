import { refusals } from "../refusal.ts";

/**
 * Reads a request's body. Whatever its content type says, it is one JSON object, or nothing.
 * @throws Refusal that tells how it is wrong without quoting it, as the parser's own message would.
 */
export function parseBody(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) return {};
  const parsed = parseJson(bytes.toString("utf8"));
  if (parsed === null) return {};
  if (typeof parsed !== "object" || Array.isArray(parsed)) {
    const into = "Go value of type map[string]interface {}";
    throw refusals.badJson(`json: cannot unmarshal ${kindOf(parsed)} into ${into}`);
  }
  return parsed as Readonly<Record<string, unknown>>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusals.badJson(isCutOff(text) ? "unexpected EOF" : "invalid character");
  }
}

/** Whether the text is the beginning of an object: then some ending makes it one. */
function isCutOff(text: string): boolean {
  return /^\s*\{/.test(text) && !/\}\s*$/.test(text);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
