import type { FrameMessage, HostMessage } from "@portafilter/protocol";
import type { SyncReply, SyncRequest } from "../wire.ts";

type SyncDesk = {
  answer: (request: SyncRequest, port: MessagePort, send: (message: FrameMessage) => void) => void;
  /** True when the message was the answer to a blocked request and needs to go no further. */
  take: (message: HostMessage) => boolean;
};

/**
 * Keeps the question of a worker that is blocked and can only ask again. An answer stays until the next
 * question, because its delivery may get lost.
 */
export function createSyncDesk(): SyncDesk {
  let id = "";
  let answer: HostMessage | undefined;
  let waiting: MessagePort | undefined;

  const reply = (port: MessagePort, message: HostMessage) => {
    port.postMessage({ type: "answer", message } satisfies SyncReply);
  };
  return {
    answer(request, port, send) {
      if (request.type === "sleep") return;
      if (request.id !== id) {
        ({ id } = request);
        answer = undefined;
        const { name, reason } = request;
        send({ v: 1, type: "secret.request", id, name, reason });
      }
      if (answer) reply(port, answer);
      else waiting = port;
    },
    take(message) {
      if (!("id" in message) || message.id !== id) return false;
      answer = message;
      if (waiting) reply(waiting, message);
      waiting = undefined;
      return true;
    },
  };
}
