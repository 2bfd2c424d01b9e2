import type { FileSystem } from "../pyodide.ts";

type Entry = [path: string, offset: number, size: number];

/** Puts all files below `root` one after another; paths in the list are relative to it. */
export function packFiles(
  fs: FileSystem,
  root: string,
  leaveOut: RegExp,
): { pack: Uint8Array; files: Entry[] } {
  const files: Entry[] = [];
  const contents: Uint8Array[] = [];
  let offset = 0;
  for (const path of walk(fs, root)) {
    const relative = path.slice(root.length + 1);
    if (leaveOut.test(relative)) continue;
    const content = fs.readFile(path);
    files.push([relative, offset, content.length]);
    contents.push(content);
    offset += content.length;
  }
  const pack = new Uint8Array(offset);
  for (const [index, content] of contents.entries()) pack.set(content, files[index]?.[1] ?? 0);
  return { pack, files };
}

function* walk(fs: FileSystem, folder: string): Generator<string> {
  const names = fs.readdir(folder).filter((name) => name !== "." && name !== "..");
  for (const name of names.sort()) {
    const path = `${folder}/${name}`;
    const { mode } = fs.stat(path);
    if (fs.isDir(mode)) yield* walk(fs, path);
    else yield path;
  }
}
