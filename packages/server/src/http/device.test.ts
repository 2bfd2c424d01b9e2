import fc from "fast-check";
import { expect, test } from "vitest";
import { deviceOf } from "./device.ts";

test.for<[string, string | null]>([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
    "Chrome on Linux",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Safari on macOS",
  ],
  [
    "Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Samsung Internet on Android",
  ],
  ["curl/8.14.1", null],
  ["", null],
])("%s", ([userAgent, device]) => {
  expect(deviceOf(userAgent)).toBe(device);
});

test("D20: whatever a client says it is, only our own words come out", () => {
  const parts = fc.constantFrom("Firefox/1", "Linux", "\u001b[31m", "\r\nLevel: 60", "🔒", "x");
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          parts,
          fc.string({ unit: fc.nat(0x2ff).map((code) => String.fromCharCode(code)) }),
        ),
        { maxLength: 8 },
      ),
      (words) => {
        expect(deviceOf(words.join(" ")) ?? "").toMatch(/^[A-Za-z ]*$/);
      },
    ),
  );
  expect(deviceOf(null)).toBeNull();
});
