import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type ReaderLimits = Readonly<{
  /** Milliseconds for which a reader may take nothing of an answer. */
  readTimeout: number;
  /** Bytes of large answers that wait in this process, for all readers together. */
  mostUnread: number;
  /** Milliseconds between two looks at those. */
  unreadCheckingInterval: number;
}>;

/** An answer of which no more than this waits counts for nothing: files are sent in smaller parts. */
const ordinary = 256 * 1024;

/**
 * Ends connections whose reader takes nothing of an answer for `readTimeout`: what is not read stays
 * in memory. However slow a reader is, one that goes on has all the time it needs, unless all together let
 * more than `mostUnread` wait: then the slowest of them go. A stream of events that waits for something to
 * happen has nothing to be read, and keeps a rule of its own (`events/stream.ts`).
 */
export function endSlowReaders(server: Server, limits: ReaderLimits): void {
  // Node looks at what the operating system took, too, so that a large part that goes out slowly counts.
  server.timeout = limits.readTimeout;
  const open = new Map<ServerResponse, Reader>();
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    open.set(response, { socket, queued: Number.MAX_SAFE_INTEGER });
    response.on("close", () => {
      open.delete(response);
    });
    response.on("timeout", (timedOut: Socket) => {
      // Otherwise it is we who are slow, or the request is.
      if (response.writableLength > 0) timedOut.destroy();
    });
  });
  const timer = setInterval(() => {
    endSlowest(open, limits.mostUnread);
  }, limits.unreadCheckingInterval);
  timer.unref();
  server.on("close", () => {
    clearInterval(timer);
  });
}

type Reader = { readonly socket: Socket; queued: number };

/** Who has taken least since the last look goes first, and of those, of whom most waits; newcomers go last. */
function endSlowest(open: ReadonlyMap<ServerResponse, Reader>, most: number): void {
  const large = [];
  let sum = 0;
  for (const [{ writableLength: unread }, reader] of open) {
    if (unread <= ordinary) continue;
    const before = reader.queued;
    reader.queued = queuedOf(reader.socket) ?? unread;
    large.push({ unread, taken: Math.max(0, before - reader.queued), socket: reader.socket });
    sum += unread;
  }
  if (sum <= most) return;
  for (const { unread, socket } of large.toSorted(
    (a, b) => a.taken - b.taken || b.unread - a.unread,
  )) {
    if (sum <= most) return;
    // Not `destroy`: the operating system would go on with what it has taken.
    socket.resetAndDestroy();
    sum -= unread;
  }
}

/** What the operating system has not taken yet, which Node tells of a large part only when it has all of it. */
function queuedOf(socket: Socket): number | undefined {
  return (socket as { _handle?: { writeQueueSize?: number } | null })._handle?.writeQueueSize;
}
