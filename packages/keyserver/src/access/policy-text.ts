import { type Capability, capabilities, type Rule } from "./policy.ts";

/** A policy that cannot be read. The text quotes none of it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

const statement = /^path\s+"([^"\n]{1,512})"\s*\{\s*capabilities\s*=\s*\[([^\]]*)\]\s*\}/;
const blank = /^(?:\s+|#[^\n]*|\/\/[^\n]*)/;
const pattern = /^[A-Za-z0-9_./-]*\*?$/;

/**
 * Reads a policy in the part of OpenBao's language that is served here, so that one file fits both:
 * `path "transit/encrypt/k" { capabilities = ["update"] }`, and comments.
 * @throws PolicyError for anything else: what is not understood must not be taken for permission.
 */
export function parsePolicy(text: string): readonly Rule[] {
  const rules: Rule[] = [];
  let rest = text;
  for (;;) {
    for (let space = blank.exec(rest); space !== null; space = blank.exec(rest)) {
      rest = rest.slice(space[0].length);
    }
    if (rest === "") return rules;
    const found = statement.exec(rest);
    if (found === null) {
      throw new PolicyError(`failed to parse policy: statement ${rules.length + 1} not understood`);
    }
    rules.push(toRule(found[1] ?? "", found[2] ?? "", rules.length + 1));
    rest = rest.slice(found[0].length);
  }
}

/** The text from which {@link parsePolicy} reads the same rules. */
export function formatPolicy(rules: readonly Rule[]): string {
  return rules
    .map((rule) => {
      const list = rule.capabilities.map((one) => `"${one}"`).join(", ");
      return `path "${rule.pattern}" { capabilities = [${list}] }\n`;
    })
    .join("");
}

function toRule(path: string, list: string, number: number): Rule {
  if (!pattern.test(path)) {
    throw new PolicyError(`failed to parse policy: path of statement ${number} not supported`);
  }
  const names = list.split(",").map((item) => item.trim());
  if (names.at(-1) === "") names.pop();
  const known = names.map((name) => capabilities.find((one) => name === `"${one}"`));
  if (!known.every((one): one is Capability => one !== undefined)) {
    throw new PolicyError(
      `failed to parse policy: capability of statement ${number} not supported`,
    );
  }
  return { pattern: path, capabilities: known };
}
