import { statSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

/** Making the first files takes seconds, so they are kept for later runs of the same PGlite. */
const program = new URL("./pglite.wasm", import.meta.resolve("@electric-sql/pglite"));
const kept = join(
  tmpdir(),
  `portafilter-test-pglite-${statSync(program).size}-${process.getuid?.() ?? 0}.tar`,
);
let files: Promise<Blob> | undefined;

/** A PGlite in memory, without any tables. */
export async function freshPGlite(): Promise<PGlite> {
  files ??= emptyFiles();
  return PGlite.create({ loadDataDir: await files });
}

async function emptyFiles(): Promise<Blob> {
  try {
    return new Blob([await readFile(kept)]);
  } catch {
    const first = await PGlite.create();
    const made = await first.dumpDataDir("none");
    await first.close();
    const temporary = `${kept}.${process.pid}`;
    await writeFile(temporary, Buffer.from(await made.arrayBuffer()));
    await rename(temporary, kept);
    return made;
  }
}
