import { limits } from "@portafilter/protocol";
import { Problem } from "../problem.ts";
import { parseStrictJson } from "./json-text.ts";

/**
 * Reads a request's body as JSON. Counts while it reads, whatever Content-Length says, and stops
 * reading at the limit. Compressed bodies are not unpacked but refused.
 * @returns undefined when there is none.
 * @param grow - is told how much of it is here, and throws where that is too much just now.
 * @throws Problem `too_large`, `bad_request`, or `rate_limited` when there is no room for it now.
 */
export async function readJsonBody(
  request: Request,
  maxBytes: number,
  grow: (size: number) => void,
): Promise<unknown> {
  const { headers, method } = request;
  const length = Number(headers.get("content-length") ?? Number.NaN);
  if (length === 0) return undefined;
  // A stream costs more than the whole of a short body, of which Node gives no more than was announced.
  const isShort = method !== "GET" && length <= limits.requestBody;
  if (!isShort && request.body === null) return undefined;
  const type = headers.get("content-type");
  if (type !== null && !jsonType.test(type)) throw new Problem("bad_request");
  if (headers.has("content-encoding")) throw new Problem("bad_request");
  if (length > maxBytes) throw new Problem("too_large");
  const bytes = isShort ? await readShort(request) : await readParts(request, maxBytes, grow);
  if (bytes.byteLength > maxBytes) throw new Problem("too_large");
  if (bytes.byteLength === 0) return undefined;
  const value = type === null ? undefined : parseStrictJson(decode(bytes));
  if (value === undefined) throw new Problem("bad_request");
  return value;
}

const jsonType = /^application\/json(?:; ?charset=utf-8)?$/i;

/** Whoever goes away in the middle is no failure of the server. */
const gone = (cause: unknown) => new Problem("bad_request", { cause });

async function readShort(request: Request): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (error) {
    throw gone(error);
  }
}

async function readParts(
  request: Request,
  maxBytes: number,
  grow: (size: number) => void,
): Promise<Uint8Array> {
  const body: ReadableStream<Uint8Array> | null = request.body;
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop cancels the stream.
    for await (const part of body ?? []) {
      size += part.byteLength;
      if (size > maxBytes) throw new Problem("too_large");
      grow(size);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof Problem ? error : gone(error);
  }
  return Buffer.concat(parts);
}

/** A byte order mark is left in, where JSON refuses it. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem("bad_request");
  }
}
