import type { Module } from "../pyodide.ts";

type Instantiate = (
  imports: WebAssembly.Imports,
  done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => unknown;

/**
 * Settings for Emscripten's module with which its table of functions is filled alike everywhere.
 *
 * Emscripten adds an exported function to the table unless it finds the very same object there. The
 * standard says that it does; in JavaScriptCore (seen in WebKitGTK 2.50) the table has objects of its
 * own for 972 of them, which would all be added a second time. So while the module starts, the table
 * hands out the exported objects. Exported functions are named by their number in the module.
 */
export function withOneIdentity<T extends { instantiateWasm: Instantiate }>(settings: T): T {
  return {
    ...settings,
    instantiateWasm: (imports: WebAssembly.Imports, done: Parameters<Instantiate>[1]) =>
      settings.instantiateWasm(imports, (instance, module) => {
        const table = instance.exports.__indirect_function_table as WebAssembly.Table;
        const exported = new Map<string, unknown>();
        for (const value of Object.values(instance.exports))
          if (typeof value === "function") exported.set(value.name, value);
        const get = table.get.bind(table);
        table.get = (index) => {
          const found = get(index) as { name: string } | null;
          return found && (exported.get(found.name) ?? found);
        };
        done(instance, module);
      }),
  };
}

/** Ends what `withOneIdentity` began: libraries that are loaded later number their functions anew. */
export function endOneIdentity({ wasmTable }: Pick<Module, "wasmTable">): void {
  Reflect.deleteProperty(wasmTable, "get");
}

/** Which function is at which place. An image must never run over a table laid out otherwise. */
export function layoutOf({ wasmTable }: Pick<Module, "wasmTable">): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < wasmTable.length; index++) {
    // Functions that came from JavaScript have no name in JavaScriptCore, and the number 0 elsewhere.
    const name = wasmTable.get(index)?.name ?? "none";
    for (const character of `${name === "" ? "0" : name} `)
      hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return `${wasmTable.length}-${(hash >>> 0).toString(16)}`;
}
