import { limits } from "@portafilter/protocol";

/** JSON of a link may be larger than the code in it (escapes), but not without bound. */
const inflatedLimit = 4 * limits.linkCode;

/** Why packed bytes could not be read. */
export type PackedProblem = "bad-base64" | "bad-gzip" | "too-large";

/**
 * Reads base64 (standard or URL alphabet, padded or not) of gzip of UTF-8.
 * Decompression stops at a fixed size, so that a small link cannot fill the memory.
 */
export async function unpack(
  base64: string,
): Promise<{ readonly text: string } | { readonly problem: PackedProblem }> {
  const bytes = bytesOf(base64);
  if (bytes === null) return { problem: "bad-base64" };
  const reader = streamOf(bytes).pipeThrough(new DecompressionStream("gzip")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode() };
      size += value.byteLength;
      if (size > inflatedLimit) {
        await reader.cancel();
        return { problem: "too-large" };
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return { problem: "bad-gzip" };
  }
}

/** The inverse of {@link unpack}: padded standard base64 of gzip of UTF-8. */
export async function pack(text: string): Promise<string> {
  const zipped = streamOf(new TextEncoder().encode(text)).pipeThrough(
    new CompressionStream("gzip"),
  );
  const bytes = new Uint8Array(await new Response(zipped).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    const binary = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
