import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Ends connections whose reader takes nothing of an answer for so many milliseconds: what is not read stays
 * in memory. However slow a reader is, one that goes on has all the time it needs. A stream of events
 * that waits for something to happen has nothing to be read, and keeps a rule of its own
 * (`events/stream.ts`).
 */
export function endSlowReaders(server: Server, patience: number): void {
  // Node looks at what the operating system took, too, so that a large part that goes out slowly counts.
  server.timeout = patience;
  server.on("request", (_, response: ServerResponse) => {
    response.on("timeout", (socket: Socket) => {
      // Otherwise it is we who are slow, or the request is.
      if (response.writableLength > 0) socket.destroy();
    });
  });
}
