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
import { type BodyPlace, createBodyRoom } from "./body-room.ts";
import { type Crowd, limitConnections } from "./crowd.ts";
import type { Call } from "./dispatch.ts";
import { parseBody } from "./json.ts";
import { type Limits, limits as usualLimits } from "./limits.ts";
import { readBytes } from "./request-body.ts";

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
  const server =
    tls === undefined
      ? createHttpServer(options)
      : createHttpsServer({
          ...options,
          ...readTls(tls),
          handshakeTimeout: limits.headersTime,
        });
  const enter = createBodyRoom(limits);
  const crowd = fromMachine ? undefined : limitConnections(server, limits.connections);
  // Connections of this machine have no names by which they could be told apart.
  if (fromMachine) server.maxConnections = limits.connections;
  const listener: RequestListener = (request, response) => {
    void dispatch(toCall(request, response, { fromMachine, enter, crowd })).then((answer) => {
      send(request, response, answer, limits);
    });
  };
  server.on("request", listener);
  // Whoever asks before sending a body is told to go on once it is known who asks.
  server.on("checkContinue", listener);
  // A client that does not read its answer is idle too.
  server.timeout = limits.idleTime;
  server.on("clientError", refuseMalformed);
  return server;
}

/** Takes the certificate from its files again, for connections from now on. */
export function renewTls(server: Server, files: TlsFiles): void {
  if (server instanceof HttpsServer) server.setSecureContext(readTls(files));
}

type Around = {
  readonly fromMachine: boolean;
  readonly enter: (owner: string) => BodyPlace;
  readonly crowd: Crowd | undefined;
};

function toCall(
  request: IncomingMessage,
  response: ServerResponse,
  { fromMachine, enter, crowd }: Around,
): Call {
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
    known: (isKnown) => crowd?.tell(request.socket, isKnown),
    body: async (most, owner) => parseBody(await readBytes(request, response, most, enter(owner))),
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

/**
 * Answers. Where the request is not all there, its connection ends: at once, the client would be told of a
 * broken connection before it reads why. What comes meanwhile is dropped, and beyond a limit not even read.
 */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  { lingerTime, lingerBytes }: Limits,
): void {
  if (response.destroyed) return;
  response.statusCode = answer.status;
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Type", answer.contentType);
  response.setHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  const content = request.method === "HEAD" ? "" : answer.body;
  if (request.complete) {
    response.end(content);
    return;
  }
  response.setHeader("Connection", "close");
  if (answer.status !== 204) response.setHeader("Content-Length", Buffer.byteLength(answer.body));
  response.flushHeaders();
  response.write(content);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerTime);
  request.once("close", end);
  let dropped = 0;
  request.on("data", (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > lingerBytes) request.pause();
  });
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
