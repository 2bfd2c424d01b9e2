import { close, createReadStream, open, read as readFile } from "node:fs";
import { finished, pipeline, Readable } from "node:stream";
import { promisify } from "node:util";
import { createInflateRaw } from "node:zlib";
import { type Entry, fromFdPromise } from "yauzl";

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
  /** Whether one of its members is being read. */
  isInUse: () => boolean;
  /** Reads that are under way keep the file open until they end. */
  close: () => void;
}>;

const deflate = 8;

/** A stream that is destroyed closes its file, but this one is shared. */
const shared = {
  read: readFile,
  close: (_fd: number, done: (error?: Error | null) => void) => {
    done();
  },
};

/**
 * Opens a wheel that lies on the disk and keeps it open.
 * @throws when the file is no zip archive or has names that lead out of it.
 */
export async function openWheel(path: string): Promise<Wheel> {
  const fd = await promisify(open)(path, "r");
  const zip = await fromFdPromise(fd, { autoClose: false, strictFileNames: true }).catch(
    async (error: unknown) => {
      await promisify(close)(fd);
      throw error;
    },
  );
  let users = 1;
  const release = () => {
    users -= 1;
    if (users === 0) zip.close();
  };
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith("/") && entry.canDecodeFileData()) {
        entries.set(entry.fileName, entry);
      }
    }
  } catch (error) {
    release();
    throw error;
  }

  /** yauzl 3.4.0's own streams end the process when one is destroyed while another is being read. */
  async function read(entry: Entry, as: "packed" | "unpacked"): Promise<Readable> {
    if (entry.compressedSize === 0) return Readable.from([]);
    users += 1;
    try {
      const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, {
        minimal: true,
      });
      const end = start + entry.compressedSize - 1;
      const packed = createReadStream(path, { fd, fs: shared, start, end });
      finished(packed, release);
      if (as === "packed" || entry.compressionMethod !== deflate) return packed;
      // pipeline destroys either stream with the other, and hands on the first error.
      return pipeline(packed, createInflateRaw(), () => undefined);
    } catch (error) {
      release();
      throw error;
    }
  }

  return {
    close: release,
    isInUse: () => users > 1,
    member: (name) => {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      return {
        size: entry.uncompressedSize,
        packedSize: entry.compressedSize,
        crc32: entry.crc32,
        deflated: entry.compressionMethod === deflate,
        open: (as) => read(entry, as),
      };
    },
  };
}
