import { type HostMessage, paths } from "@portafilter/protocol";
import type { SyncReply, SyncRequest } from "../wire.ts";

/** How a worker waits whose Python cannot be suspended: the whole of it stands still meanwhile. */
export type Blocked = {
  /** Asks the host page and waits for its answer; null when there is no way to it. Secret material. */
  readonly ask: (id: string, name: string, reason: string | null) => HostMessage | null;
  readonly sleep: (milliseconds: number) => void;
};

/** Failures in a row after which the service worker is taken to be gone for good. */
const attempts = 50;
const pause = 100;

/**
 * Blocks in synchronous requests that the service worker holds. Each can fail at any moment, because
 * browsers end and replace service workers as they like; so it is made again under the same id, and
 * the runtime frame keeps the answer for it.
 */
export function createBlocked(run: () => string): Blocked {
  const attempt = (request: SyncRequest): SyncReply | null => {
    const http = new XMLHttpRequest();
    http.open("POST", `${paths.sync}?run=${encodeURIComponent(run())}`, false);
    try {
      http.send(JSON.stringify(request));
      return http.status === 200 ? (JSON.parse(http.responseText) as SyncReply) : null;
    } catch {
      return null; // a network error, or an answer cut short
    }
  };
  return {
    ask(id, name, reason) {
      const request: SyncRequest = { type: "secret", id, name, reason };
      for (let failures = 0; failures < attempts; ) {
        const reply = attempt(request);
        if (reply?.type === "answer") return reply.message;
        if (reply) failures = 0;
        else {
          failures += 1;
          spin(pause);
        }
      }
      return null;
    },
    sleep(milliseconds) {
      const end = performance.now() + milliseconds;
      for (let left = milliseconds; left > 0; left = end - performance.now()) {
        if (!attempt({ type: "sleep", ms: left })) spin(Math.min(left, pause));
      }
    },
  };
}

/** Nothing else can wait here. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
