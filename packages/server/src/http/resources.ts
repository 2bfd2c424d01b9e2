import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { sha256Of, sha256OfFile } from "../hash.ts";
import { mediaType } from "./media-types.ts";

/** Something of known content that can be sent. `tag` is different for different bytes. */
export type Resource = Readonly<{
  tag: string;
  size: number;
  type: string;
  /** Its bytes, or those from `first` to `last`, both included. */
  read: (first?: number, last?: number) => Readable;
}>;

/**
 * A file as a resource.
 * @throws when it cannot be read.
 */
export async function fileResource(path: string, tag?: string): Promise<Resource> {
  const { size } = await stat(path);
  return {
    tag: tag ?? (await sha256OfFile(path)),
    size,
    type: mediaType(path),
    read: (start = 0, end = size - 1) => createReadStream(path, { start, end }),
  };
}

/** A text as a resource. */
export function textResource(content: string, type: string): Resource {
  const bytes = Buffer.from(content);
  return {
    tag: sha256Of(bytes),
    size: bytes.length,
    type,
    read: (first = 0, last = bytes.length - 1) => Readable.from([bytes.subarray(first, last + 1)]),
  };
}

/** All files below a folder, by their path in it with forward slashes. */
export async function folderResources(dir: string): Promise<ReadonlyMap<string, Resource>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const found = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(dir.length).replaceAll("\\", "/").replace(/^\/+/, "");
    return [name, await fileResource(path)] as const;
  });
  return new Map(await Promise.all(found));
}

/** One tag for all of them: changes when any of them does. */
export function versionOf(resources: ReadonlyMap<string, Resource>): string {
  const lines = [...resources].map(([name, { tag }]) => `${name} ${tag}`).sort();
  return sha256Of(lines.join("\n")).slice(0, 16);
}
