import { afterEach, expect, test, vi } from "vitest";
import { codeOf } from "./code.ts";

const answer = (body: BodyInit | null, status = 200) => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));
};
afterEach(() => {
  vi.unstubAllGlobals();
});
const app = { code: "", codeUrl: "https://example.test/app.py" };

test("code from the link is taken as it is", async () => {
  expect(await codeOf({ code: "print(1)" })).toBe("print(1)");
});

test("code behind an address is fetched", async () => {
  answer("print('ü')");
  expect(await codeOf(app)).toBe("print('ü')");
});

test.each([
  ["a status that is no success", "gone", 404, /answered with status 404/],
  ["more than 1 MiB", "x".repeat(1024 * 1024 + 1), 200, /larger than 1 MiB/],
  ["bytes that are not UTF-8", new Uint8Array([0xff, 0xfe]), 200, /not text in UTF-8/],
])("%s is an error that names the address", async (_name, body, status, message) => {
  answer(body, status);
  await expect(codeOf(app)).rejects.toThrow(message);
  await expect(codeOf(app)).rejects.toThrow(app.codeUrl);
});

test("1 MiB exactly is accepted", async () => {
  answer("x".repeat(1024 * 1024));
  expect(await codeOf(app)).toHaveLength(1024 * 1024);
});
