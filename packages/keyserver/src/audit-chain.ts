import { createHash } from "node:crypto";

/** What the first line of a chain follows. */
export const genesis = "".padEnd(64, "0");

/** What the line after `line` must carry as `previous`. */
export function hashLine(line: string): string {
  return createHash("sha256").update(line).digest("hex");
}

/**
 * Checks the chain of a log from its first line.
 * @param before - hash of the line before the first one, where it is known.
 * @returns the number of the first line that does not follow from the one before, or null.
 */
export function brokenAt(text: string, before: string | null = null): number | null {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let expected = before;
  for (const [index, line] of lines.entries()) {
    const previous = previousOf(line);
    // Half a line, left by a power failure, follows nothing; but the line after it follows from it.
    if (previous !== null && expected !== null && previous !== expected) return index + 1;
    expected = hashLine(line);
  }
  return null;
}

function previousOf(line: string): string | null {
  try {
    const { previous } = JSON.parse(line) as { previous?: unknown };
    return typeof previous === "string" ? previous : null;
  } catch {
    return null;
  }
}
