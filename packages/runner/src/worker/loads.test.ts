import type { FrameMessage } from "@portafilter/protocol";
import { expect, test, vi } from "vitest";
import { createLoadsReport } from "./loads.ts";

const sum = (digit: string) => digit.repeat(64);
function report() {
  const posted: FrameMessage[] = [];
  return { posted, ...createLoadsReport((message) => posted.push(message)) };
}
const loads = (...packages: object[]) => ({ v: 1, type: "app.loads", packages });

test("an app without packages from outside says so", () => {
  const { begin, posted } = report();
  begin([]);
  expect(posted).toEqual([loads()]);
});

test("wheels are told in one order, each once, by the names that the index has", () => {
  const { begin, posted } = report();
  const other = ["Zope.Event-5.0-py3-none-any.whl", sum("a")] as const;
  begin([other, ["a_b-2024.01.05-1-py3-none-any.whl", sum("b")], other]);
  expect(posted).toEqual([
    loads(
      { name: "a-b", version: "2024.01.05", sha256: sum("b") },
      { name: "zope-event", version: "5.0", sha256: sum("a") },
    ),
  ]);
});

test.each([
  ["letters that look like others", "hеlper-1.0-py3-none-any.whl"],
  ["no version", "helper"],
  ["markup", "<b>-1.0-py3-none-any.whl"],
])("attack A11: a file name with %s is refused before anything is installed", (_name, file) => {
  const { begin, posted } = report();
  expect(() => {
    begin([[file, sum("a")]]);
  }).toThrow(/No package can be called/);
  expect(posted).toEqual([]);
});

test("more packages than the page takes are refused", () => {
  const { begin, posted } = report();
  const many = Array.from({ length: 201 }, (_, at) => [`p${at}-1-py3-none-any.whl`, sum("a")]);
  expect(() => {
    begin(many as [string, string][]);
  }).toThrow(/200 packages/);
  expect(posted).toEqual([]);
});

test("what is installed later is told before it is, and what was told already is not", async () => {
  const { begin, watch, posted } = report();
  const order: string[] = [];
  const install = vi.fn(() => {
    order.push(`installed after ${posted.length}`);
    return Promise.resolve();
  });
  const api: Parameters<typeof watch>[0] = { install };
  watch(api);
  const content = new TextEncoder().encode("a wheel");
  const sha256 = "69f51477f05c46bfa5ff0027a1fcde274695311a38adfb85611ffeb93c8b146b";
  begin([]);
  await api.install(content, "late-1.0-py3-none-any.whl");
  await api.install(content, "late-1.0-py3-none-any.whl");
  expect(order).toEqual(["installed after 2", "installed after 2"]);
  expect(posted).toHaveLength(2);
  expect(posted[1]).toEqual(loads({ name: "late", version: "1.0", sha256 }));
});
