/** Levels of arrays and objects in a request; no schema of the API has more than five. */
const maxDepth = 16;

/**
 * Reads JSON that leaves no room for interpretation: no key twice in one object, none called
 * `__proto__`, no text with half a character, no deep nesting.
 * @returns undefined when it is not that. The reason is not told: it would quote the text.
 */
export function parseStrictJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isPlain(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Walks over text that is known to be JSON, so that only brackets, commas and strings matter. */
function isPlain(text: string): boolean {
  /** For each level the keys so far; null in an array. */
  const levels: (Set<string> | null)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "{" || sign === "[") {
      levels.push(sign === "{" ? new Set() : null);
      if (levels.length > maxDepth) return false;
      isKey = sign === "{";
    } else if (sign === "}" || sign === "]") {
      levels.pop();
      isKey = false;
    } else if (sign === ",") {
      isKey = levels.at(-1) !== null;
    } else if (sign === '"') {
      const end = endOfString(text, at);
      const raw = text.slice(at, end + 1);
      // Two spellings of one key are one key, so escapes are read before comparing.
      const content = raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
      if (!content.isWellFormed()) return false;
      if (isKey) {
        const keys = levels.at(-1);
        if (content === "__proto__" || !keys || keys.has(content)) return false;
        keys.add(content);
        isKey = false;
      }
      at = end;
    }
  }
  return true;
}

/** Where the string that begins at `start` has its closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at;
  }
}
