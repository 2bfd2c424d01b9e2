import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export type ReaderLimits = Readonly<{
  /** Milliseconds for which a reader may take nothing of an answer. */
  readTimeout: number;
  /** Bytes of answers that wait in this process, for all readers together; twice as many for a second. */
  mostUnread: number;
  /** Milliseconds between two looks at those. */
  unreadCheckingInterval: number;
}>;

/** Who is at the other end of a connection. */
type Reader = {
  /** More than one where requests were sent without waiting for answers. */
  readonly answers: Set<ServerResponse>;
  /** Bytes that the operating system had taken at the last look, and when it last took some. */
  taken: number;
  tookAt: number;
};

/**
 * Ends connections whose reader takes nothing of an answer for `readTimeout`: what is not read stays
 * in memory. However slow a reader is, one that goes on has all the time it needs, unless all together let
 * more than `mostUnread` wait. A stream of events that waits for something to happen has nothing to be
 * read, and keeps a rule of its own (`events/stream.ts`).
 */
export function endSlowReaders(server: Server, limits: ReaderLimits): void {
  // Node looks at what the operating system took, too, so that a large part that goes out slowly counts.
  server.timeout = limits.readTimeout;
  const readers = new Map<Socket, Reader>();
  server.on("connection", (socket: Socket) => {
    readers.set(socket, { answers: new Set(), taken: 0, tookAt: 0 });
    socket.on("close", () => {
      readers.delete(socket);
    });
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    const reader = readers.get(socket);
    if (reader === undefined) return;
    // It had nothing to take till now.
    if (reader.answers.size === 0) reader.tookAt = performance.now();
    reader.answers.add(response);
    response.on("close", () => {
      reader.answers.delete(response);
    });
    response.on("timeout", (timedOut: Socket) => {
      // Otherwise it is we who are slow, or the request is.
      if (response.writableLength > 0) timedOut.destroy();
    });
  });
  const timer = setInterval(() => {
    endIdlest(readers, limits.mostUnread);
  }, limits.unreadCheckingInterval);
  timer.unref();
  server.on("close", () => {
    clearInterval(timer);
  });
}

/** Milliseconds for which a reader may pause before it counts as one that takes nothing. */
const pause = 1_000;

/**
 * Where more than `most` waits, those go that have taken nothing for a while, who did so for longest first.
 * Where more than twice as much waits nevertheless, those go of whom most waits.
 */
function endIdlest(readers: ReadonlyMap<Socket, Reader>, most: number): void {
  const now = performance.now();
  const behind: { socket: Socket; unread: number; tookAt: number }[] = [];
  let sum = 0;
  for (const [socket, reader] of readers) {
    if (reader.answers.size === 0) continue;
    const taken = takenOf(socket);
    if (taken > reader.taken) Object.assign(reader, { taken, tookAt: now });
    let unread = 0;
    for (const answer of reader.answers) unread += answer.writableLength;
    if (unread > 0) behind.push({ socket, unread, tookAt: reader.tookAt });
    sum += unread;
  }
  const end = (those: typeof behind, enough: number) => {
    for (const { socket, unread } of those) {
      if (sum <= enough) return;
      // Not `destroy`: the operating system would go on with what it has taken.
      socket.resetAndDestroy();
      sum -= unread;
    }
  };
  const isIdle = ({ tookAt }: { tookAt: number }) => now - tookAt >= pause;
  end(
    behind.filter(isIdle).toSorted((a, b) => a.tookAt - b.tookAt),
    most,
  );
  end(
    behind.filter((one) => !isIdle(one)).toSorted((a, b) => b.unread - a.unread),
    2 * most,
  );
}

/** Bytes that the operating system has taken, which Node itself tells of a large part only when it is through. */
function takenOf(socket: Socket): number {
  const { bytesWritten = socket.bytesWritten, writeQueueSize = socket.writableLength } =
    (socket as { _handle?: { bytesWritten?: number; writeQueueSize?: number } | null })._handle ??
    {};
  return bytesWritten - writeQueueSize;
}
