import { fsyncSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/**
 * How PGlite starts so that what it says is committed is on the disk. By itself it runs with `fsync`
 * off, and its way to the file system leaves fsync out; fdatasync does nothing in it whatever is done.
 */
export const durableStart = [
  ...PGlite.defaultStartParams.filter((option) => option !== "-F"),
  "-c",
  "wal_sync_method=fsync",
];

type Stream = Readonly<{ nfd?: number }>;
type Emscripten = {
  NODEFS: { stream_ops: { fsync?: (stream: Stream) => number } };
};

/** The files of PGlite in a folder, with fsync that reaches the disk. */
export function durableFiles(folder: string): NodeFS {
  const files = new NodeFS(folder);
  const init = files.init.bind(files);
  files.init = async (...given) => {
    const { emscriptenOpts } = await init(...given);
    const withSync = (module: unknown) => {
      (module as Emscripten).NODEFS.stream_ops.fsync = ({ nfd }) => {
        if (nfd !== undefined) fsyncSync(nfd);
        return 0;
      };
    };
    return {
      emscriptenOpts: { ...emscriptenOpts, preRun: [...preRunOf(emscriptenOpts), withSync] },
    };
  };
  return files;
}

function preRunOf({ preRun }: { preRun?: unknown }): ((module: unknown) => void)[] {
  return Array.isArray(preRun) ? (preRun as ((module: unknown) => void)[]) : [];
}

/** Sends everything in a folder to the disk: the first files are made by a program that does not. */
export async function syncAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncAll(path);
    else if (entry.isFile()) await syncOne(path);
  }
  await syncOne(folder);
}

/** Sends a file, or the names in a folder, to the disk. */
export async function syncOne(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
