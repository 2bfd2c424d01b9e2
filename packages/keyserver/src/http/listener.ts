import { readFileSync } from "node:fs";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer, Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { TlsFiles } from "../config.ts";
import { refusals } from "../refusal.ts";
import { assertPrivate } from "../store/durable.ts";
import { type Answer, answerOfRefusal } from "./answer.ts";
import type { Call } from "./dispatch.ts";
import { parseBody } from "./json.ts";
import { type Limits, limits as usualLimits } from "./limits.ts";

/** The server's certificate, and who may connect. */
function readTls(files: TlsFiles) {
  assertPrivate(files.key);
  return {
    cert: readFileSync(files.cert),
    key: readFileSync(files.key),
    minVersion: "TLSv1.3" as const,
    ...(files.clientCa === undefined
      ? {}
      : { ca: readFileSync(files.clientCa), requestCert: true, rejectUnauthorized: true }),
  };
}

/**
 * Makes a server that turns HTTP into calls. Not yet listening.
 * @param fromMachine - whether it listens where only this machine's owner of the folder can connect.
 */
export function createListener(
  dispatch: (call: Call) => Promise<Answer>,
  fromMachine: boolean,
  tls?: TlsFiles,
  limits: Limits = usualLimits,
): Server {
  const options: ServerOptions = {
    maxHeaderSize: limits.headers,
    headersTimeout: limits.headersTime,
    requestTimeout: limits.requestTime,
    keepAliveTimeout: limits.idleTime,
    connectionsCheckingInterval: limits.headersTime / 2,
  };
  const listener: RequestListener = (request, response) => {
    void dispatch(toCall(request, fromMachine, limits.body)).then((answer) => {
      send(request, response, answer);
    });
  };
  const server =
    tls === undefined
      ? createHttpServer(options, listener)
      : createHttpsServer({ ...options, ...readTls(tls) }, listener);
  server.maxConnections = limits.connections;
  // A client that does not read its answer is idle too.
  server.timeout = limits.idleTime;
  server.on("clientError", refuseMalformed);
  return server;
}

/** Takes the certificate from its files again, for connections from now on. */
export function renewTls(server: Server, files: TlsFiles): void {
  if (server instanceof HttpsServer) server.setSecureContext(readTls(files));
}

function toCall(request: IncomingMessage, fromMachine: boolean, most: number): Call {
  const url = request.url ?? "";
  const mark = url.indexOf("?");
  const { headers } = request;
  return {
    method: request.method ?? "",
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1)),
    fromMachine,
    token: tokenOf(headers),
    namespace: oneOf(headers["x-vault-namespace"]),
    wrapTtl: oneOf(headers["x-vault-wrap-ttl"]),
    body: async () => parseBody(await readBytes(request, most)),
  };
}

function tokenOf(headers: IncomingMessage["headers"]): string | undefined {
  const own = oneOf(headers["x-vault-token"]);
  if (own !== undefined && own !== "") return own;
  const { authorization } = headers;
  return authorization?.startsWith("Bearer ") ? authorization.slice("Bearer ".length) : undefined;
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}

/** Collects the body, at most `most` bytes of it; what comes beyond is read and dropped. */
function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > most) throw refusals.tooLarge();
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(refusals.tooLarge());
      }
    });
    request.on("end", () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks));
    });
    // The client went away; nobody will read the answer.
    request.on("error", () => {
      reject(refusals.badRequest());
    });
  });
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  response.statusCode = answer.status;
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Type", answer.contentType);
  response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  response.end(request.method === "HEAD" ? undefined : answer.body);
}

/** Answers what the parser could not read as HTTP, and hangs up. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  // Node knows no LIST; GET with ?list=true is the same to OpenBao and its clients.
  const isList = error.code === "HPE_INVALID_METHOD";
  const statuses: Record<string, number> = {
    HPE_HEADER_OVERFLOW: 431,
    ERR_HTTP_REQUEST_TIMEOUT: 408,
    HPE_INVALID_METHOD: 405,
  };
  const status = statuses[error.code ?? ""] ?? 400;
  const refusal = isList ? refusals.unsupportedOperation() : refusals.badRequest();
  const { body } = answerOfRefusal(refusal);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
