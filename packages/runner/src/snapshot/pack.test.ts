import { expect, test } from "vitest";
import type { FileSystem } from "../pyodide.ts";
import { packFiles } from "./pack.ts";

const files: Record<string, string> = {
  "/site/a/b.py": "bb",
  "/site/a/skip.pyi": "no",
  "/site/z.dist-info/METADATA": "meta",
  "/site/c.py": "c",
};
const names = (folder: string) => [
  ...new Set(
    Object.keys(files)
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split("/")[0] ?? ""),
  ),
];
const fs = {
  readdir: (folder: string) => [".", "..", ...names(folder)],
  stat: (path: string) => ({ mode: path in files ? 0 : 1 }),
  isDir: (mode: number) => mode === 1,
  readFile: (path: string) => new TextEncoder().encode(files[path]),
} as unknown as FileSystem;

test("eager files lie at the beginning, left-out ones are gone, and every offset is right", () => {
  const {
    pack,
    files: entries,
    eager,
  } = packFiles(fs, "/site", { leaveOut: /\.pyi$/, eager: /METADATA$/ });
  const text = (offset: number, size: number) =>
    new TextDecoder().decode(pack.slice(offset, offset + size));
  expect(entries.map(([path, offset, size]) => [path, text(offset, size)])).toEqual([
    ["z.dist-info/METADATA", "meta"],
    ["a/b.py", "bb"],
    ["c.py", "c"],
  ]);
  expect(eager).toBe(4);
});
