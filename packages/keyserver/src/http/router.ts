import type { Asked, Route } from "./route.ts";

/** A key's name, or a policy's: begins and ends with a letter, digit or underscore. */
const nameRule = /^\w(?:[\w.-]{0,126}\w)?$/;

/** The route a path leads to, and what its `:parts` were. */
export type Match = { readonly route: Route; readonly params: Asked["params"] };

/**
 * Makes the function that finds routes. Paths are compared as they came over the wire, byte by byte:
 * nothing is decoded and nothing normalised, so `%2e%2e`, `//`, a slash at the end and the like lead
 * nowhere, and what a policy looked at is what is served.
 */
export function createRouter(routes: readonly Route[]): (path: string) => Match | null {
  const compiled = routes.map((route) => ({ route, parts: route.path.split("/") }));
  const byLength = Map.groupBy(compiled, ({ parts }) => parts.length);

  return (path) => {
    const parts = path.split("/", 8);
    for (const { route, parts: wanted } of byLength.get(parts.length) ?? []) {
      const params = matchParts(wanted, parts);
      if (params !== null) return { route, params };
    }
    return null;
  };
}

function matchParts(wanted: readonly string[], parts: readonly string[]): Asked["params"] | null {
  const params: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const part = parts[index] ?? "";
    if (want.startsWith(":")) {
      if (!nameRule.test(part)) return null;
      params[want.slice(1)] = part;
    } else if (part !== want) return null;
  }
  return params;
}
