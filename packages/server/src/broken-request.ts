import type { Duplex } from "node:stream";
import { closedCsp, securityHeaders } from "./http/headers.ts";

const statuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Bytes and milliseconds that the rest of a refused request gets. As many cookies as a browser keeps for a site are 720 KiB. */
const mostDiscarded = 2 * 1024 * 1024;
const patience = 5_000;

const refused = new WeakSet<Duplex>();

/**
 * Answers what Node could not read as a request, and ends the connection. To be called for `clientError`.
 *
 * An app that shares a site with the platform can set cookies for all of it, so many that no request of
 * that visitor fits into the limit any more. So the refusal of a too long header takes cookies away, and
 * the visitor's next try works.
 */
export function answerBrokenRequest(
  error: Error,
  socket: Duplex & { bytesRead?: number; bytesWritten?: number },
): void {
  // Every further part of the same request is an error, too. Until all of it is there a browser does not
  // read the answer, and one whose connection is cut meanwhile waits for ever (Chromium 156).
  if (refused.has(socket)) {
    if ((socket.bytesRead ?? 0) > mostDiscarded) socket.destroy();
    return;
  }
  // Behind an answer that was begun, more bytes would be taken for a part of it.
  if (!socket.writable || socket.bytesWritten !== 0) {
    socket.destroy();
    return;
  }
  refused.add(socket);
  const timer = setTimeout(() => socket.destroy(), patience);
  socket.once("close", () => {
    clearTimeout(timer);
  });
  const code = "code" in error ? String(error.code) : "";
  const headers = {
    ...securityHeaders(closedCsp, false),
    "cache-control": "no-store",
    connection: "close",
    "content-type": "text/plain; charset=utf-8",
    ...(code === "HPE_HEADER_OVERFLOW" ? { "clear-site-data": '"cookies"' } : {}),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `HTTP/1.1 ${statuses[code] ?? "400 Bad Request"}\r\n${lines.join("")}\r\n`;
  socket.end(`${start}This request could not be read. Reload the page to try again.\n`);
}
