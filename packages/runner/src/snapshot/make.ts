import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as core from "pyodide";
import type { CreateModule, PyodideModule } from "../pyodide.ts";
import { frameworks } from "./frameworks.ts";
import { contentHash } from "./hash.ts";
import { packFiles } from "./pack.ts";
import { layoutOf } from "./table.ts";

/**
 * Makes the memory image of an interpreter that has a framework imported, and the pack of its files.
 *
 * Runs as a process of its own, on a Node with WebAssembly stack switching: in an image that was made
 * without it, Python can never suspend. Reads one JSON object from standard input, writes the names of
 * the three files it made to standard output.
 */
type Order = {
  framework: string;
  /** Folder of Pyodide's core files. */
  pyodide: string;
  /** Wheels to unpack, `portafilter_runtime` among them; native ones cannot be in an image. */
  wheels: { name: string; version: string; path: string }[];
  /** Folder that gets the files. */
  out: string;
  /** Address prefix under which `out` is served. */
  base: string;
};

const order = JSON.parse(await text(process.stdin)) as Order;
const framework = frameworks[order.framework];
if (!framework) throw new Error(`No image can be made for ${order.framework}.`);
if (!("Suspending" in WebAssembly))
  throw new Error("This Node has no WebAssembly stack switching.");

const { loadPyodide } = core as unknown as PyodideModule;
const { default: createModule } = (await import(`${order.pyodide}/pyodide.asm.mjs`)) as {
  default: CreateModule;
};
let table = "";
const createPyodideModule = async (settings: unknown) => {
  const module = await createModule(settings);
  table = layoutOf(module);
  return module;
};
const pyodide = await loadPyodide({
  indexURL: `${order.pyodide}/`,
  packages: [],
  _makeSnapshot: true,
  createPyodideModule,
});
const site = pyodide.runPython("import site; site.getsitepackages()[0]") as string;
for (const wheel of order.wheels) {
  const bytes = await readFile(wheel.path);
  pyodide.unpackArchive(new Uint8Array(bytes), "wheel", { extractDir: site });
}
pyodide.globals.set("_modules", framework.modules.join(" "));
pyodide.runPython(`
import gc, importlib
for _name in _modules.split():
    importlib.import_module(_name)
del _modules, _name
# Drops importlib.metadata's open archive of the standard library: no file is open after a restore.
importlib.invalidate_caches()
gc.collect()
`);

const image = pyodide.makeMemorySnapshot();
const { pack, files, eager } = packFiles(pyodide.FS, site, framework);
const names = {
  image: named("bin", image),
  pack: named("pack", pack),
};
const tree = JSON.stringify({
  v: 1,
  site,
  pack: order.base + names.pack,
  packages: Object.fromEntries(order.wheels.map(({ name, version }) => [name, version])),
  table,
  eager,
  files,
});
const treeName = named("json", new TextEncoder().encode(tree));
await write(names.image, image);
await write(names.pack, pack);
await write(treeName, tree);
console.log(JSON.stringify({ ...names, tree: treeName, bytes: image.byteLength }));

function named(ending: string, content: Uint8Array): string {
  return `${order.framework}-${contentHash(content)}.${ending}`;
}

async function write(name: string, content: Uint8Array | string): Promise<void> {
  const path = join(order.out, name);
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
