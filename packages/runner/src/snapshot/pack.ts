import type { FileSystem } from "../pyodide.ts";

type Entry = [path: string, offset: number, size: number];

/**
 * Puts all files below `root` one after another, the eager ones first; paths in the list are relative
 * to `root`. `eager` in the result is the length of the eager part in bytes.
 */
export function packFiles(
  fs: FileSystem,
  root: string,
  rules: { leaveOut: RegExp; eager: RegExp },
): { pack: Uint8Array; files: Entry[]; eager: number } {
  const paths = [...walk(fs, root)]
    .map((path) => path.slice(root.length + 1))
    .filter((path) => !rules.leaveOut.test(path));
  const eagerPaths = paths.filter((path) => rules.eager.test(path));
  const files: Entry[] = [];
  const contents: Uint8Array[] = [];
  let offset = 0;
  for (const path of [...eagerPaths, ...paths.filter((path) => !rules.eager.test(path))]) {
    const content = fs.readFile(`${root}/${path}`);
    files.push([path, offset, content.length]);
    contents.push(content);
    offset += content.length;
  }
  const pack = new Uint8Array(offset);
  for (const [index, content] of contents.entries()) pack.set(content, files[index]?.[1] ?? 0);
  const lastEager = files[eagerPaths.length - 1];
  return { pack, files, eager: lastEager ? lastEager[1] + lastEager[2] : 0 };
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
