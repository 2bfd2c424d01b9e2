import { expect, test } from "vitest";
import { endOneIdentity, layoutOf, withOneIdentity } from "./table.ts";

const named = (name: string) => Object.defineProperty(() => undefined, "name", { value: name });
const tableOf = (...names: (string | null)[]) => {
  const functions = names.map((name) => (name === null ? null : named(name)));
  return { wasmTable: { length: names.length, get: (index: number) => functions[index] ?? null } };
};

test("tables with the same functions at the same places have one layout", () => {
  expect(layoutOf(tableOf(null, "12", "3"))).toBe(layoutOf(tableOf(null, "12", "3")));
  expect(layoutOf(tableOf(null, "12", ""))).toBe(layoutOf(tableOf(null, "12", "0")));
});

test.each([
  ["one more", [null, "12", "3", "3"]],
  ["another order", [null, "3", "12"]],
  ["another function", [null, "12", "4"]],
  ["the same figures, parted otherwise", [null, "1", "23"]],
])("%s is another layout", (_name, names) => {
  expect(layoutOf(tableOf(...names))).not.toBe(layoutOf(tableOf(null, "12", "3")));
});

/**
 * (module (func (export "f")) (func) (table (export "__indirect_function_table") 2 funcref)
 *   (elem (i32.const 0) func 0 1))
 */
const wasm = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 3, 2, 0, 0, 4, 4, 1, 0x70, 0, 2],
  ...[7, 33, 2, 1, 0x66, 0, 0, 0x19],
  ...new TextEncoder().encode("__indirect_function_table"),
  ...[1, 0, 9, 8, 1, 0, 0x41, 0, 0x0b, 2, 0, 1, 0x0a, 7, 2, 2, 0, 0x0b, 2, 0, 0x0b],
);

test("while the module starts, the table hands out exported functions", () => {
  const { instance, module } = instantiate();
  const table = instance.exports.__indirect_function_table as WebAssembly.Table;
  // As JavaScriptCore has it: the same function, another object.
  const own = [named("0"), named("1"), null];
  const native = Object.create(table, {
    get: { value: (index: number) => own[index], configurable: true, writable: true },
    length: { value: 3 },
  }) as WebAssembly.Table;
  const seen = { ...instance.exports, __indirect_function_table: native };
  let finished = false;
  withOneIdentity({
    instantiateWasm: (_imports, done) => {
      done({ exports: seen }, module);
    },
  }).instantiateWasm({}, () => {
    finished = true;
    expect(native.get(0)).toBe(instance.exports.f);
    expect(native.get(1)).toBe(own[1]);
    expect(native.get(2)).toBeNull();
  });
  expect(finished).toBe(true);
});

test("afterwards it is as it was", () => {
  const { instance, module } = instantiate();
  const table = instance.exports.__indirect_function_table as WebAssembly.Table;
  withOneIdentity({
    instantiateWasm: (_imports, done) => {
      done(instance, module);
    },
  }).instantiateWasm({}, () => undefined);
  expect(Object.hasOwn(table, "get")).toBe(true);
  endOneIdentity({ wasmTable: table });
  expect(Object.hasOwn(table, "get")).toBe(false);
  expect(table.get(0)).toBe(instance.exports.f);
});

function instantiate() {
  const module = new WebAssembly.Module(wasm);
  return { module, instance: new WebAssembly.Instance(module) };
}
