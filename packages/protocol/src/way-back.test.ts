import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { wayBackCsp, wayBackPage } from "./way-back.ts";

const platform = "https://platform.example";

test("the style of the page is the one that its policy lets in", () => {
  const style = /<style>(.*?)<\/style>/s.exec(wayBackPage(platform))?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  expect(wayBackCsp(platform)).toContain(`style-src 'sha256-${hash}'`);
});

test("the page leads to the platform, and has no script", () => {
  const page = wayBackPage(platform);
  expect(page.match(/(href|src|action)="[^"]*"/g)).toEqual([`href="${platform}/"`]);
  expect(page).not.toMatch(/<script|\son\w+=/i);
});
