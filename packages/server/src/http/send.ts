import type { Context } from "hono";
import type { Compressor, Encoding } from "./compressor.ts";
import { type Connection, connectionOf } from "./connection.ts";
import type { Resource } from "./resources.ts";

type Bytes = AsyncIterable<Uint8Array>;

export type Caching = "immutable" | "revalidate";

export type Sender = (
  c: Context,
  resource: Resource,
  caching: Caching,
  status?: 200 | 404,
) => Promise<Response>;

/** Chooses whether this client gets compressed answers. */
export type Compression = Readonly<{ mode: "auto" | "always" | "never"; compressor: Compressor }>;

export const cacheControl: Readonly<Record<Caching, string>> = {
  immutable: "public, max-age=31536000, immutable",
  revalidate: "no-cache",
};

/** Sends resources: entity tags, one range, compression, HEAD. */
export function createSender({ mode, compressor }: Compression): Sender {
  return async function send(c, resource, caching, status = 200) {
    c.header("cache-control", cacheControl[caching]);
    c.header("accept-ranges", "bytes");
    c.header("vary", "Accept-Encoding");
    const range = c.req.header("range");
    if (range !== undefined) return sendRange(c, resource, range);

    const encoding = wantsCompression(c, mode)
      ? (["br", "gzip"] as const).find((name) => accepts(c, name))
      : undefined;
    const encoded = encoding && (await compressor.encoded(resource, encoding));
    const chosen = encoded ?? resource;
    const etag = `"${chosen.tag}"`;
    c.header("etag", etag);
    if (c.req.header("if-none-match") === etag) return c.body(null, 304);
    if (encoded !== undefined) c.header("content-encoding", encoding);
    c.header("content-type", chosen.type);
    c.header("content-length", `${chosen.size}`);
    return sendBytes(c, () => chosen.read(), status);
  };
}

async function sendRange(c: Context, resource: Resource, range: string): Promise<Response> {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const size = resource.size;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if ((from === "" && to === "") || first > last) {
    c.header("content-range", `bytes */${size}`);
    return c.body(null, 416);
  }
  c.header("etag", `"${resource.tag}"`);
  c.header("content-type", resource.type);
  c.header("content-range", `bytes ${first}-${last}/${size}`);
  c.header("content-length", `${last - first + 1}`);
  return sendBytes(c, () => resource.read(first, last), 206);
}

/**
 * Sends bytes that are opened only if they are wanted. An error in them breaks the connection off, so
 * that the client never takes what it got for the whole.
 */
export async function sendBytes(
  c: Context,
  read: () => Bytes | Promise<Bytes>,
  status: 200 | 206 | 404 = 200,
): Promise<Response> {
  if (c.req.method === "HEAD") return c.body(null, status);
  const bytes = breakingOff(await read(), connectionOf(c));
  return c.body(ReadableStream.from(bytes) as ReadableStream, status);
}

/**
 * The server's adapter would print a failed answer's stack and write the error's text behind the
 * bytes, so the connection is cut before it hears of it. Where there is none (in tests), the stream
 * fails.
 */
async function* breakingOff(bytes: Bytes, connection: Connection | undefined) {
  try {
    yield* bytes;
  } catch (error) {
    if (connection === undefined) throw error;
    connection.destroy();
  }
}

/** On this machine the network is faster than any decompressor; a proxy on it speaks for clients elsewhere. */
export function wantsCompression(c: Context, mode: Compression["mode"]): boolean {
  if (mode !== "auto") return mode === "always";
  const proxied = ["x-forwarded-for", "forwarded", "via"].some((name) => c.req.header(name));
  return proxied || !isLoopback(connectionOf(c)?.remoteAddress);
}

/** Whether the client takes answers in this encoding. */
export function accepts(c: Context, encoding: Encoding): boolean {
  return (c.req.header("accept-encoding") ?? "").split(",").some((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    return name === encoding && !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
  });
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}
