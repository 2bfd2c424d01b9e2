/** What a token may do at a path. `sudo` allows handing out tokens with policies one does not hold. */
export const capabilities = ["create", "read", "update", "delete", "list", "sudo", "deny"] as const;
export type Capability = (typeof capabilities)[number];

/** One path and what is allowed there. A pattern is exact, or a prefix when it ends in `*`. */
export type Rule = { readonly pattern: string; readonly capabilities: readonly Capability[] };

/** Policies by name. */
export type Policies = ReadonlyMap<string, readonly Rule[]>;

/** What every token may do: ask what it is, and give itself up. */
export const defaultPolicy: readonly Rule[] = [
  { pattern: "auth/token/lookup-self", capabilities: ["read"] },
  { pattern: "auth/token/revoke-self", capabilities: ["update"] },
  { pattern: "sys/capabilities-self", capabilities: ["update"] },
];

/**
 * What `names` together allow at a path; nothing when no rule matches. As in OpenBao the most exact
 * pattern decides alone, rules of different policies for that pattern add up, and `deny` wins.
 */
export function capabilitiesAt(
  policies: Policies,
  names: readonly string[],
  path: string,
): ReadonlySet<Capability> {
  let best = "";
  let found = new Set<Capability>();
  const consider = (rule: Rule) => {
    if (!matches(rule.pattern, path)) return;
    if (rule.pattern === best) for (const one of rule.capabilities) found.add(one);
    else if (isMoreExact(rule.pattern, best, path)) {
      best = rule.pattern;
      found = new Set(rule.capabilities);
    }
  };
  for (const name of names) policies.get(name)?.forEach(consider);
  defaultPolicy.forEach(consider);
  return found.has("deny") ? new Set() : found;
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function isMoreExact(pattern: string, than: string, path: string): boolean {
  if (pattern === path) return true;
  return than !== path && pattern.length > than.length;
}
