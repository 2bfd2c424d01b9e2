import { expect, test } from "vitest";
import { reasonLink } from "./reason-link.ts";

test.each([
  ["https://platform.openai.com/account/api-keys", "platform.openai.com"],
  ["http://localhost:8080/x", "localhost:8080"],
  ["https://PLATFORM.openai.com", "platform.openai.com"],
  // Cyrillic letters that look like Latin ones are seen as what they are.
  ["https://раураl.com/", "xn--l-7sba6dbr.com"],
  ["https://openai.com.evil.example/", "openai.com.evil.example"],
  ["https://openai.com\\@evil.example/", "openai.com"],
])("%s is shown with its host", (href, host) => {
  expect(reasonLink(href)?.host).toBe(host);
});

test.each([
  undefined,
  "",
  "/settings/secrets",
  "//evil.example",
  "#allow",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "file:///etc/passwd",
  "blob:https://evil.example/x",
  "mailto:a@b.example",
  "https://platform.openai.com@evil.example/",
  "https://user:password@evil.example/",
  "https://",
  "http:evil.example",
])("%j is no link", (href) => {
  expect(reasonLink(href)).toBeNull();
});
