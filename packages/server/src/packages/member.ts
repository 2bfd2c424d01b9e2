import { pipeline } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { SourceError } from "./source-error.ts";

/** Size of the fixed part of a zip file's local header; name and extra field follow it. */
const localHeader = 30;
/** Room for name and extra field of a local header, which the central directory does not tell. */
const roomForNames = 1024;

/** Where a member lies in its container. */
export type Place = Readonly<{ offset: number; packed: number; method: "stored" | "deflate" }>;

/** First and last byte of the container that must be read to have the member. */
export function memberRange(place: Place, containerSize: number): [first: number, last: number] {
  const last = place.offset + localHeader + roomForNames + place.packed - 1;
  return [place.offset, Math.min(last, containerSize - 1)];
}

/** Unpacks one member from bytes of its container that begin with its local header. */
export function unpackMember(
  bytes: AsyncIterable<Uint8Array>,
  place: Place,
): AsyncIterable<Uint8Array> {
  const packed = withoutHeader(bytes, place.packed);
  // pipeline destroys the last stream with the first error, so the reader sees it.
  return place.method === "stored" ? packed : pipeline(packed, createInflateRaw(), () => undefined);
}

async function* withoutHeader(bytes: AsyncIterable<Uint8Array>, packed: number) {
  let head = Buffer.alloc(0);
  let left = packed;
  let inHeader = true;
  for await (const chunk of bytes) {
    let data: Uint8Array = chunk;
    if (inHeader) {
      head = Buffer.concat([head, chunk]);
      const start = dataStart(head);
      if (start === undefined || head.length < start) continue;
      inHeader = false;
      data = head.subarray(start);
    }
    const part = data.subarray(0, left);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) return;
  }
  throw new SourceError("the container ended within the member");
}

/** Where the member's data begins, or undefined while too little of the header is there. */
function dataStart(head: Buffer): number | undefined {
  if (head.length < localHeader) return undefined;
  if (head.readUInt32LE(0) !== 0x04034b50) throw new SourceError("no member begins at this place");
  return localHeader + head.readUInt16LE(26) + head.readUInt16LE(28);
}
