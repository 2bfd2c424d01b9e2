import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createBrotliCompress, createGzip } from "node:zlib";
import type { Log } from "../log.ts";
import { trimFolder } from "../trim.ts";
import { isCompressible } from "./media-types.ts";
import { fileResource, type Resource } from "./resources.ts";

export type Encoding = "br" | "gzip";

export type Compressor = Readonly<{
  /** The resource in that encoding if it is at hand; otherwise its making is begun. */
  encoded: (resource: Resource, encoding: Encoding) => Promise<Resource | undefined>;
}>;

/** From this size on a lower level is used: an interpreter image would take half a minute otherwise. */
const large = 16 * 1024 * 1024;

/** What earlier versions left behind is removed at the start, beyond this. */
const maxBytes = 512 * 1024 * 1024;

/** Compresses each resource once and keeps the result in `dir`, so nobody waits for a compressor. */
export async function createCompressor(dir: string, log: Log): Promise<Compressor> {
  await mkdir(dir, { recursive: true });
  await trimFolder(dir, maxBytes);
  const ready = new Map<string, Resource>();
  const running = new Map<string, Promise<void>>();

  async function make(resource: Resource, encoding: Encoding, path: string): Promise<void> {
    const there = await stat(path).then(
      () => true,
      () => false,
    );
    if (!there) {
      const temporary = `${path}.${crypto.randomUUID()}`;
      try {
        const squeeze = encoding === "br" ? brotli(resource.size) : createGzip({ level: 6 });
        await pipeline(resource.read(), squeeze, createWriteStream(temporary));
        await rename(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
    }
    const made = await fileResource(path, `${resource.tag}.${encoding}`);
    ready.set(path, { ...made, type: resource.type });
  }

  function start(resource: Resource, encoding: Encoding, path: string): Promise<void> {
    const work = running.get(path) ?? make(resource, encoding, path);
    running.set(path, work);
    return work.finally(() => running.delete(path));
  }

  const pathOf = (resource: Resource, encoding: Encoding) =>
    join(dir, `${resource.tag}.${encoding}`);
  const worthIt = ({ type, size }: Resource) => isCompressible(type) && size > 1024;

  return {
    encoded: async (resource, encoding) => {
      if (!worthIt(resource)) return undefined;
      const path = pathOf(resource, encoding);
      if (!ready.has(path)) {
        start(resource, encoding, path).catch((error: unknown) => {
          log.warn({ err: error, path }, "a file could not be compressed; it is sent as it is");
        });
        await Promise.resolve();
      }
      return ready.get(path);
    },
  };
}

function brotli(size: number) {
  const quality = size > large ? 5 : 9;
  return createBrotliCompress({
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    },
  });
}
