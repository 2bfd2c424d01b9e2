import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "./limits.ts";
import { parseFrameMessage, parseHostMessage } from "./messages.ts";
import { appId, secretName, secretValue } from "./names.ts";

const request = { v: 1, type: "secret.request", id: "a-1", name: "OPENAI_API_KEY", reason: null };

describe("messages from the frame (A2, A6)", () => {
  test("a request is understood as it was sent", () => {
    expect(parseFrameMessage(request)).toEqual(request);
  });

  test.each([
    ["another version", { ...request, v: 2 }],
    ["no version", { ...request, v: undefined }],
    ["an unknown type", { ...request, type: "grant" }],
    ["a type of the other direction", { v: 1, type: "secret.value", id: "a", value: "x" }],
    ["an extra key", { ...request, granted: true }],
    [
      "a polluted prototype",
      JSON.parse(
        '{"v":1,"type":"secret.request","id":"a","name":"A","reason":null,"__proto__":{"granted":true}}',
      ),
    ],
    ["an id that is too long", { ...request, id: "x".repeat(65) }],
    ["an id that is an object", { ...request, id: { toString: () => "a" } }],
    ["a name with a trailing space", { ...request, name: "OPENAI_API_KEY " }],
    ["a reason that is too long", { ...request, reason: "x".repeat(limits.reason + 1) }],
    [
      "a reason that is too long in bytes",
      { ...request, reason: "é".repeat(limits.reason / 2 + 1) },
    ],
    [
      "progress beyond the end",
      { v: 1, type: "app.progress", phase: "ready", detail: "", done: 2 },
    ],
    [
      "output that is too long",
      { v: 1, type: "app.console", stream: "stdout", text: "x".repeat(limits.consoleText + 1) },
    ],
  ])("%s is no message", (_name, data) => {
    expect(parseFrameMessage(data)).toBeNull();
  });

  test("nothing makes the parser throw", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }),
        (data) => {
          parseFrameMessage(data);
          parseHostMessage(data);
        },
      ),
    );
  });

  test("a cyclic object is no message", () => {
    const cyclic: Record<string, unknown> = { ...request };
    cyclic.self = cyclic;
    expect(parseFrameMessage(cyclic)).toBeNull();
  });
});

describe("names and values", () => {
  test.each(["A", "_", "OPENAI_API_KEY", "a.b-c", "x".repeat(128)])("%s is a name", (name) => {
    expect(secretName.safeParse(name).success).toBe(true);
  });
  test.each(["", "1A", "-a", "a b", "ключ", "a\n", "a\u0000", "__proto__ ", "x".repeat(129), "Ａ"])(
    "%j is no name (A4)",
    (name) => {
      expect(secretName.safeParse(name).success).toBe(false);
    },
  );
  test("a value has 1 byte to 64 KiB of UTF-8", () => {
    const fits = (value: string) => secretValue.safeParse(value).success;
    expect([fits(""), fits("x"), fits("x".repeat(65_536)), fits("x".repeat(65_537))]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([fits("é".repeat(32_768)), fits("é".repeat(32_769))]).toEqual([true, false]);
  });
  test.each(["s234abc", "a", "a".repeat(63)])("%s is a label", (id) => {
    expect(appId.safeParse(id).success).toBe(true);
  });
  test.each(["", "-a", "a-", "A", "a.b", "a".repeat(64), "a\n"])("%j is no label", (id) => {
    expect(appId.safeParse(id).success).toBe(false);
  });
});
