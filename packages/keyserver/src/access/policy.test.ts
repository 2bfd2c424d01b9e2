import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Capability, capabilities, capabilitiesAt, type Rule } from "./policy.ts";
import { formatPolicy, PolicyError, parsePolicy } from "./policy-text.ts";

const at = (text: string, path: string) => [
  ...capabilitiesAt(new Map([["p", parsePolicy(text)]]), ["p"], path),
];

describe("policies", () => {
  it("deny what no rule names", () => {
    expect(at("", "transit/encrypt/k")).toEqual([]);
    expect(
      at('path "transit/encrypt/k" { capabilities = ["update"] }', "transit/encrypt/k2"),
    ).toEqual([]);
    expect([...capabilitiesAt(new Map(), ["unknown"], "transit/keys")]).toEqual([]);
  });

  it("let the most exact pattern decide alone", () => {
    const text = `
      path "transit/*" { capabilities = ["update", "read"] }
      path "transit/keys/*" { capabilities = ["read"] }
      path "transit/keys/k" { capabilities = ["delete"] }`;
    expect(at(text, "transit/encrypt/k")).toEqual(["update", "read"]);
    expect(at(text, "transit/keys/other")).toEqual(["read"]);
    expect(at(text, "transit/keys/k")).toEqual(["delete"]);
  });

  it("add up for the same pattern, in whatever policy it stands", () => {
    const policies = new Map([
      ["a", parsePolicy('path "x/*" { capabilities = ["read"] }')],
      ["b", parsePolicy('path "x/*" { capabilities = ["update"] }')],
    ]);
    expect([...capabilitiesAt(policies, ["a", "b"], "x/y")]).toEqual(["read", "update"]);
    expect([...capabilitiesAt(policies, ["b"], "x/y")]).toEqual(["update"]);
  });

  it("let deny win over everything else at its pattern", () => {
    const text = `
      path "x/y" { capabilities = ["read", "deny"] }
      path "x/*" { capabilities = ["read"] }`;
    expect(at(text, "x/y")).toEqual([]);
    expect(at(text, "x/z")).toEqual(["read"]);
  });

  it("prefer an exact path to a longer prefix", () => {
    const text = `
      path "x/y*" { capabilities = ["read"] }
      path "x/y" { capabilities = ["list"] }`;
    expect(at(text, "x/y")).toEqual(["list"]);
  });
});

describe("the language of policies", () => {
  it("is OpenBao's, as far as it goes", () => {
    const text = `
      # what the app may do
      path "transit/encrypt/k" { capabilities=["update"] } // nothing else
      path "transit/keys/*" {
        capabilities = [ "read", "list", ]
      }`;
    expect(parsePolicy(text)).toEqual([
      { pattern: "transit/encrypt/k", capabilities: ["update"] },
      { pattern: "transit/keys/*", capabilities: ["read", "list"] },
    ]);
  });

  const rule = fc.record({
    pattern: fc.stringMatching(/^[A-Za-z0-9_./-]{1,30}\*?$/),
    capabilities: fc.uniqueArray(fc.constantFrom<Capability>(...capabilities)),
  });

  it("reads what it writes", () => {
    fc.assert(
      fc.property(fc.array(rule), (rules: readonly Rule[]) => {
        expect(parsePolicy(formatPolicy(rules))).toEqual(rules);
      }),
    );
  });

  it.each([
    ['path "x" { capabilities = ["everything"] }', "unknown capability"],
    ['path "x" { policy = "write" }', "older language"],
    ['path "+/x" { capabilities = ["read"] }', "wildcard for a segment"],
    ['path "a*b" { capabilities = ["read"] }', "wildcard within"],
    [
      'path "x" { capabilities = ["read"] allowed_parameters = {} }',
      "limits that would be ignored",
    ],
    ['path "x" { capabilities = ["read"] ', "no end"],
    ['path "x" { capabilities = [read] }', "no quotes"],
    ['path "x" { capabilities = ["read",,] }', "nothing between commas"],
    ['{"path": {}}', "JSON"],
    ["anything", "words"],
  ])("refuses %s: %s", (text) => {
    expect(() => parsePolicy(text)).toThrow(PolicyError);
  });
});
