import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "./limits.ts";
import { type Loads, loads, loadsText, parseLoads, together } from "./loads.ts";
import { parseFrameMessage } from "./messages.ts";

const item = fc.record({
  name: fc.stringMatching(/^[a-z0-9-]{1,6}$/),
  version: fc.stringMatching(/^[A-Za-z0-9._!+]{1,6}$/),
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
});
const list = fc.array(item, { maxLength: 8 }).map((items): Loads => together([], items));
const one = { name: "helper", version: "1.0", sha256: "a".repeat(64) };

describe("what an app loads", () => {
  test("has one form: in order, each once, and back from its text as it was", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(loads.parse(a)).toEqual(a);
        expect(parseLoads(loadsText(a))).toEqual(a);
        expect(loadsText(a) === loadsText(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(together(a, b)).toEqual(together(b, a));
        expect(together(a, a)).toEqual(a);
      }),
    );
  });

  test("no text but its own is read as a list, and none makes the reader throw", () => {
    fc.assert(
      fc.property(fc.string(), list, fc.nat(), (junk, a, at) => {
        const text = loadsText(a);
        const spoilt = text.slice(0, at % (text.length + 1)) + junk + text.slice(at % 7);
        const read = parseLoads(spoilt);
        if (read !== null) expect(loadsText(read)).toBe(spoilt);
      }),
    );
    expect(parseLoads("")).toEqual([]);
    expect(parseLoads("\n")).toBeNull();
  });

  test.each([
    ["is no list", { 0: one, length: 1 }],
    [
      "is out of order",
      [
        { ...one, name: "b" },
        { ...one, name: "a" },
      ],
    ],
    ["has one twice", [one, one]],
    ["has more than agreed", [{ ...one, url: "https://example.org" }]],
    ["has a name that is not normalized", [{ ...one, name: "Helper" }]],
    ["has a name of other letters", [{ ...one, name: "hеlper" }]],
    ["has markup", [{ ...one, version: "<b>" }]],
    ["has a version of two lines", [{ ...one, version: "1\n2" }]],
    ["has a name that is too long", [{ ...one, name: "a".repeat(101) }]],
    ["has half a checksum", [{ ...one, sha256: "a".repeat(63) }]],
    ["is too long", Array.from({ length: limits.loadedPackages + 1 }, () => one)],
    ["is very much too long", Array.from({ length: 1e6 }, () => null)],
  ])("attack A11: a report that %s is no message", (_what, packages) => {
    expect(parseFrameMessage({ v: 1, type: "app.loads", packages })).toBeNull();
  });

  test("a report is understood as it was sent", () => {
    const report = { v: 1, type: "app.loads", packages: [one] };
    expect(parseFrameMessage(report)).toEqual(report);
  });
});
