import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A package index, a CDN and whatever else a test needs, on a loopback port. */
export type FakeUpstream = Readonly<{
  origin: string;
  /** What each address answers; others answer 404. */
  routes: Map<string, Answer>;
  /** Every request that came: address and headers. */
  seen: { url: string; headers: IncomingMessage["headers"] }[];
  close: () => Promise<void>;
}>;

/** Starts a server that answers what the test puts into `routes`. */
export async function startUpstream(): Promise<FakeUpstream> {
  const routes = new Map<string, Answer>();
  const seen: FakeUpstream["seen"] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    seen.push({ url, headers: request.headers });
    const answer = routes.get(url);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    routes,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The whole of it, ranges included. */
export function whole(data: Uint8Array): Answer {
  return (request, response) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (range === null) {
      response.writeHead(200, { "content-length": data.length }).end(data);
      return;
    }
    const part = data.subarray(Number(range[1]), Number(range[2]) + 1);
    response.writeHead(206, { "content-length": part.length }).end(part);
  };
}

/** The whole of it, whatever range was asked for. */
export function withoutRanges(data: Uint8Array): Answer {
  return (_, response) => response.writeHead(200).end(data);
}

/** `data` with one bit of the byte at `at` turned. */
export function flipped(data: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(data);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Sends the first bytes and then breaks the connection. */
export function broken(data: Uint8Array, after: number): Answer {
  return (_, response) => {
    response.writeHead(200, { "content-length": data.length });
    response.write(data.subarray(0, after), () => setTimeout(() => response.destroy(), 20));
  };
}

/** Sends the first bytes and then nothing more. */
export function stalled(data: Uint8Array, after: number): Answer {
  return (_, response) => {
    response.writeHead(200, { "content-length": data.length });
    response.write(data.subarray(0, after));
  };
}

/** A project's page as PEP 691 has it. */
export function indexPage(files: readonly object[], versions: readonly string[] = []): Answer {
  return (_, response) =>
    response
      .writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" })
      .end(JSON.stringify({ meta: { "api-version": "1.1" }, name: "x", versions, files }));
}
