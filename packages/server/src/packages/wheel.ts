import type { Readable } from "node:stream";
import { type Entry, openPromise } from "yauzl";

/** One file inside a wheel. */
export type WheelMember = Readonly<{
  size: number;
  packedSize: number;
  crc32: number;
  deflated: boolean;
  /** Its bytes as they lie in the wheel, or unpacked. */
  open: (as: "packed" | "unpacked") => Promise<Readable>;
}>;

export type Wheel = Readonly<{
  /** Undefined unless `path` is exactly the name of a file in the wheel. */
  member: (path: string) => WheelMember | undefined;
  close: () => void;
}>;

/**
 * Opens a wheel that lies on the disk and keeps it open.
 * @throws when the file is no zip archive or has names that lead out of it.
 */
export async function openWheel(path: string): Promise<Wheel> {
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true });
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith("/") && entry.canDecodeFileData()) {
      entries.set(entry.fileName, entry);
    }
  }
  return {
    close: () => {
      zip.close();
    },
    member: (name) => {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      return {
        size: entry.uncompressedSize,
        packedSize: entry.compressedSize,
        crc32: entry.crc32,
        deflated: entry.compressionMethod === 8,
        // yauzl 3.4.0 leaves the data packed when it is told `decodeFileData: true`.
        open: (as) =>
          as === "packed"
            ? zip.openReadStreamPromise(entry, { decodeFileData: false })
            : zip.openReadStreamPromise(entry),
      };
    },
  };
}
