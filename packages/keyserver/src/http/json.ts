import { refusals } from "../refusal.ts";
import { jsonLimits } from "./limits.ts";

/**
 * Reads a request's body. Whatever its content type says, it is one JSON object, or nothing.
 * @throws Refusal that tells how it is wrong without quoting it, as the parser's own message would.
 */
export function parseBody(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) return {};
  refuseIntricate(bytes);
  const parsed = parseJson(bytes.toString("utf8"));
  if (parsed === null) return {};
  if (typeof parsed !== "object" || Array.isArray(parsed)) {
    const into = "Go value of type map[string]interface {}";
    throw refusals.badJson(`json: cannot unmarshal ${kindOf(parsed)} into ${into}`);
  }
  return parsed as Readonly<Record<string, unknown>>;
}

/** What the parser makes of a byte costs a hundred times more than looking at it once. */
function refuseIntricate(bytes: Uint8Array): void {
  let depth = 0;
  let parts = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const sign = bytes[at];
    if (sign === signs.quote) isText = !isText;
    else if (isText) {
      if (sign === signs.backslash) at += 1;
    } else if (sign === signs.comma) parts += 1;
    else if (sign === signs.object || sign === signs.list) {
      parts += 1;
      depth += 1;
      if (depth > jsonLimits.depth) throw refusals.badJson("nested too deeply");
    } else if (sign === signs.objectEnd || sign === signs.listEnd) depth -= 1;
  }
  if (parts > jsonLimits.parts) throw refusals.badJson("too many keys and elements");
}

const signs = {
  quote: 0x22,
  comma: 0x2c,
  list: 0x5b,
  backslash: 0x5c,
  listEnd: 0x5d,
  object: 0x7b,
  objectEnd: 0x7d,
} as const;

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
