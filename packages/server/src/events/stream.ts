import type { api } from "@portafilter/protocol";

/** Events that may wait for a client that reads slowly. */
const mostWaiting = 256;

const encoder = new TextEncoder();

/** Server-sent events to one client. */
export type EventStream = Readonly<{
  body: ReadableStream<Uint8Array>;
  send: (event: api.AccountEvent) => void;
  /**
   * A sign of life: keeps proxies from taking the connection for dead, and either end finds out when it is.
   * An event of a kind of its own, since browsers tell pages nothing of comments.
   */
  beat: () => void;
  /** Closes the stream once what was sent has gone out. */
  end: () => void;
}>;

/**
 * Opens a stream. A client that lets too much wait is cut off: it asks again, and then begins with
 * `resync` as every connection does.
 * @param onGone - called once, when the connection needs nothing more of us.
 */
export function createEventStream(onGone: () => void): EventStream {
  let waiting: string[] = [];
  let hasEnded = false;
  let wake: (() => void) | undefined;

  function put(text: string): void {
    if (hasEnded) return;
    if (waiting.length < mostWaiting) waiting.push(text);
    else {
      waiting = [];
      hasEnded = true;
    }
    wake?.();
  }

  return {
    body: new ReadableStream(
      {
        pull: async (controller) => {
          if (waiting.length === 0 && !hasEnded) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          const text = waiting.join("");
          waiting = [];
          if (text !== "") controller.enqueue(encoder.encode(text));
          else {
            controller.close();
            onGone();
          }
        },
        cancel: () => {
          waiting = [];
          hasEnded = true;
          wake?.();
          onGone();
        },
      },
      // What waits, waits here, where it can be thrown away.
      { highWaterMark: 0 },
    ),
    send: (event) => {
      put(`data: ${JSON.stringify(event)}\n\n`);
    },
    beat: () => {
      put("event: beat\ndata: {}\n\n");
    },
    end: () => {
      hasEnded = true;
      wake?.();
    },
  };
}
