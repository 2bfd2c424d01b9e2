import * as fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseEmail } from "./email.ts";

test.each([
  ["  Ada@Example.ORG\n", "ada@example.org"],
  ["ada+tag@mail.example", "ada+tag@mail.example"],
  ["ada@localhost", "ada@localhost"],
  ["ZOE\u0308@example.org", "zoë@example.org"],
  ["ada@BÜCHER.example", "ada@bücher.example"],
])("%j is %j", (text, email) => {
  expect(normaliseEmail(text)).toBe(email);
});

test.each([
  "",
  "ada",
  "@example.org",
  "ada@",
  "a b@example.org",
  "ada@exa mple.org",
  "ada@@example.org",
  "a@b@c",
  "ada@example..org",
  "ada@-example.org",
  "ada@example.org.",
  "ada,eve@example.org",
  "<ada@example.org>",
  "ada@example.org\r\nBcc: eve@example.org",
  "ada\u200b@example.org",
  "ada\u0000@example.org",
  "\ud800@example.org",
  `${"x".repeat(65)}@example.org`,
  `ada@${"x".repeat(260)}.org`,
])("%j is no email", (text) => {
  expect(() => normaliseEmail(text)).toThrow(expect.objectContaining({ code: "bad_request" }));
});

test("what was normalised stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.domain(), (local, host) => {
      let email: string;
      try {
        email = normaliseEmail(`${local}@${host}`);
      } catch {
        return;
      }
      expect(normaliseEmail(email)).toBe(email);
      expect(normaliseEmail(` ${email}\t`)).toBe(email);
    }),
  );
});
