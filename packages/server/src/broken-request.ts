import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { closedCsp, securityHeaders } from "./http/headers.ts";
import { tooLongCsp, tooLongPage } from "./too-long.ts";

const statuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Bytes and milliseconds that the rest of a refused request gets. As many cookies as a browser keeps for a site are 720 KiB. */
const mostDiscarded = 2 * 1024 * 1024;
const patience = 5_000;

/**
 * Lets an HTTP server answer what it could not read as a request, and end the connection.
 * @param https - whether browsers reach it over TLS.
 */
export function answerBrokenRequests(server: EventEmitter, https = false): void {
  /** What a connection is still owed, and what was answered before all of its request was here. */
  const owed = new WeakMap<Socket, Set<ServerResponse>>();
  /** How many bytes had come over a connection when it was refused. */
  const refused = new WeakMap<Socket, number>();

  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    const responses = owed.get(socket) ?? new Set();
    // Of those before, each has come whole by now.
    for (const before of responses) if (isDone(before)) responses.delete(before);
    owed.set(socket, responses.add(response));
    response.once("close", () => {
      if (isDone(response)) responses.delete(response);
    });
  });
  server.on("clientError", (error: Error, socket: Socket) => {
    // Every further part of the same request is an error, too. Until all of it is there a browser does
    // not read the answer, and one whose connection is cut meanwhile waits for ever (Chromium 156).
    const before = refused.get(socket);
    if (before !== undefined) {
      if (socket.bytesRead - before > mostDiscarded) socket.destroy();
      return;
    }
    // What is said now would be taken for an answer to a request before, or for a part of one.
    const isItsOwn = [...(owed.get(socket) ?? [])].every(
      (response) => isDone(response) || (!response.req.complete && !response.headersSent),
    );
    if (!socket.writable || !isItsOwn) {
      socket.destroy();
      return;
    }
    refused.set(socket, socket.bytesRead);
    refuse(socket, "code" in error ? String(error.code) : "", https);
  });
}

function isDone({ closed, req }: ServerResponse): boolean {
  return closed && req.complete;
}

/**
 * An app that shares a site with the platform can set cookies for all of it, so many that no request of
 * that visitor fits into the limit any more. So the refusal of a too long head is a page that looks whether
 * cookies made it so, and the visitor's next try works. Not `Clear-Site-Data`: it takes our own cookies too,
 * and any site can link to a long address.
 */
function refuse(socket: Socket, code: string, https: boolean): void {
  const timer = setTimeout(() => socket.destroy(), patience);
  socket.once("close", () => {
    clearTimeout(timer);
  });
  const isTooLong = code === "HPE_HEADER_OVERFLOW";
  const headers = {
    ...securityHeaders(isTooLong ? tooLongCsp : closedCsp, https),
    "cache-control": "no-store",
    connection: "close",
    "content-type": `text/${isTooLong ? "html" : "plain"}; charset=utf-8`,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `HTTP/1.1 ${statuses[code] ?? "400 Bad Request"}\r\n${lines.join("")}\r\n`;
  const words = "This request could not be read. Reload the page to try again.\n";
  socket.end(`${start}${isTooLong ? tooLongPage : words}`, () => {
    // What is late is not broken: were the rest of it heard, it would be done after all.
    if (code === "ERR_HTTP_REQUEST_TIMEOUT") socket.destroy();
  });
}
