import type { Manifest } from "@portafilter/protocol";
import type { CreateModule, Module, Pyodide, PyodideModule } from "../pyodide.ts";
import { endOneIdentity, layoutOf, withOneIdentity } from "../snapshot/table.ts";
import { fetchImage, fetchPack, type Image, type Tree } from "./image.ts";
import type { Progress } from "./progress.ts";
import { mountSitePackages, type SitePackages } from "./site-packages.ts";

/**
 * The image's function pointers are places in the table of functions. Browsers differ in how they fill
 * it, and an image must never run over a table that it was not made for.
 */
export class ImageDoesNotFit extends Error {}

/** Restores the memory image of an interpreter in which the framework is already imported. */
export async function restoreImage(
  { manifest, progress, settings }: { manifest: Manifest; progress: Progress; settings: object },
  image: Image,
  treeFetched: Promise<Tree>,
): Promise<{ pyodide: Pyodide; tree: Tree; files: SitePackages }> {
  const size = `${(image.bytes / 1e6).toFixed(1)} MB`;
  const { bytes, filled, stop } = fetchImage(image, (done) => {
    progress.report("runtime", `Python and Streamlit, ${size}`, done * 0.8);
  });
  filled.catch(() => undefined); // awaited below, perhaps never
  const moduleImported = import(
    /* @vite-ignore */ `${manifest.pyodide}pyodide.asm.mjs`
  ) as Promise<{
    default: CreateModule;
  }>;
  const core = (await import(/* @vite-ignore */ `${manifest.pyodide}pyodide.mjs`)) as PyodideModule;
  const tree = await treeFetched;
  const eager = fetchPack(tree, tree.eager);
  const files = mountSitePackages(tree);
  const pyodide = await core.loadPyodide({
    ...settings,
    // Pyodide itself reads the metadata of every distribution while it starts.
    fsInit: async (fs: Pyodide["FS"]) => {
      files.mount(fs);
      files.usePack(await eager);
    },
    _loadSnapshot: bytes,
    createPyodideModule: async (options: Parameters<typeof withOneIdentity>[0]) => {
      const module = await (await moduleImported).default(withOneIdentity(options));
      endOneIdentity(module);
      if (layoutOf(module) !== tree.table) {
        stop();
        throw new ImageDoesNotFit();
      }
      growTo(module, bytes.length);
      await filled;
      return module;
    },
  });
  progress.report("runtime", "Python and Streamlit", 1);
  return { pyodide, tree, files };
}

/** The image is copied over the module's memory, which must be as large before (`INITIAL_MEMORY` is not heeded). */
function growTo(module: Module, bytes: number): void {
  const missing = bytes - module.HEAP8.length;
  if (missing > 0) module._free(module._malloc(missing + module.HEAP8.length));
}
