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
type Attributes = Readonly<{ mode?: number }>;
type SetAttributes = (of: unknown, attributes: Attributes) => void;
type Emscripten = {
  NODEFS: {
    node_ops: { setattr: SetAttributes };
    stream_ops: { fsync?: (stream: Stream) => number; setattr?: SetAttributes };
  };
};

/** The numbers that the program of PGlite has for errors. PostgreSQL goes on after two of them, on folders. */
const errors: Readonly<Record<string, number>> = { EBADF: 8, EINVAL: 28, ENOSPC: 51, EDQUOT: 19 };
const inputOutput = 29;

/**
 * The files of PGlite in a folder, with fsync that reaches the disk. One that fails is an error to
 * PostgreSQL too, which then acknowledges nothing: what a call throws instead, PGlite swallows.
 * Nobody but their owner can read them, whatever umask there is: PGlite sets the mode of each by itself.
 * @param sync - what does it, for tests of disks that fail.
 */
export function durableFiles(folder: string, sync: (fd: number) => void = fsyncSync): NodeFS {
  const files = new NodeFS(folder);
  const init = files.init.bind(files);
  files.init = async (...given) => {
    const { emscriptenOpts } = await init(...given);
    const prepare = (module: unknown) => {
      const { node_ops: nodes, stream_ops: streams } = (module as Emscripten).NODEFS;
      nodes.setattr = forOwnerOnly(nodes.setattr);
      if (streams.setattr !== undefined) streams.setattr = forOwnerOnly(streams.setattr);
      streams.fsync = ({ nfd }) => {
        try {
          if (nfd !== undefined) sync(nfd);
          return 0;
        } catch (error) {
          return errors[String((error as NodeJS.ErrnoException).code)] ?? inputOutput;
        }
      };
    };
    return {
      emscriptenOpts: { ...emscriptenOpts, preRun: [...preRunOf(emscriptenOpts), prepare] },
    };
  };
  return files;
}

function forOwnerOnly(setattr: SetAttributes): SetAttributes {
  return (of, attributes) => {
    const { mode } = attributes;
    setattr(of, mode === undefined ? attributes : { ...attributes, mode: mode & ~0o077 });
  };
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
