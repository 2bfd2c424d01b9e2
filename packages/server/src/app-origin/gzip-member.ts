import type { Bytes } from "../packages/sources.ts";
import type { WheelMember } from "../packages/wheel.ts";

/** Magic, method deflate, no flags, no time, unknown system. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** A deflated member as gzip: both formats hold the same deflate stream, so nothing is computed. */
export function gzipMember(member: WheelMember): { size: number; read: () => Promise<Bytes> } {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, member.crc32, true);
  trailer.setUint32(4, member.size, true);
  return {
    size: header.length + member.packedSize + trailer.byteLength,
    read: async () => wrapped(await member.open("packed"), new Uint8Array(trailer.buffer)),
  };
}

async function* wrapped(packed: Bytes, trailer: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield header;
  yield* packed;
  yield trailer;
}
