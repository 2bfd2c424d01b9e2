import { expect, test } from "vitest";
import { fileNameOf } from "./content-disposition.ts";

test.each([
  [null, null],
  ["inline", null],
  ['attachment; filename="letter.txt"', "letter.txt"],
  ["attachment; filename=letter.txt; size=3", "letter.txt"],
  ['attachment; filename="a; b.txt"', "a; b.txt"],
  ['attachment; filename="say \\"hi\\".txt"', 'say "hi".txt'],
  ["attachment; filename*=utf-8''na%C3%AFve%20caf%C3%A9.csv", "naïve café.csv"],
  ["attachment; filename=\"plain.csv\"; filename*=UTF-8'en'b%C3%A4r.csv", "bär.csv"],
  ["attachment; filename=\"plain.csv\"; filename*=utf-8''%E0%A4%A", "plain.csv"],
  ["attachment; filename*=utf-8''..%2F..%2Fescape.txt", "escape.txt"],
  ['attachment; filename="folder/"', null],
])("%j names %j", (header, name) => {
  expect(fileNameOf(header)).toBe(name);
});
