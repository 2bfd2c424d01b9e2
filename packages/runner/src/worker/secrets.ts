import { type FrameMessage, type HostMessage, paths } from "@portafilter/protocol";
import type { SyncReply, SyncRequest } from "../wire.ts";

/** The part of Python that the host's words about secrets go to. */
export type SecretCache = {
  secret_revoked: (name: string) => void;
  secret_ask_again: (name: string) => void;
};

export type Secrets = {
  useRun: (run: string) => void;
  /** Set once Python is there; words of the host that came earlier have nothing to act on. */
  usePython: (cache: SecretCache) => void;
  receive: (message: HostMessage) => void;
  /** JSON: `{"value": …}` or `{"code": …}`. Secret material. */
  request: (name: string, reason: string | null) => Promise<string>;
  /** The same, blocking the whole worker. */
  requestSync: (name: string, reason: string | null) => string;
  sleepSync: (milliseconds: number) => void;
};

/** Asks the host page for secrets, either way to wait. There is no time limit on a human. */
export function createSecrets(post: (message: FrameMessage) => void): Secrets {
  const waiting = new Map<string, (answer: string) => void>();
  let run = "";
  let python: SecretCache | undefined;

  const synchronously = (request: SyncRequest): SyncReply => {
    const http = new XMLHttpRequest();
    http.open("POST", `${paths.sync}?run=${encodeURIComponent(run)}`, false);
    http.send(JSON.stringify(request));
    if (http.status !== 200) throw new Error(`The service worker did not answer (${http.status}).`);
    return JSON.parse(http.responseText) as SyncReply;
  };

  return {
    useRun(id) {
      run = id;
    },
    usePython(cache) {
      python = cache;
    },
    receive(message) {
      switch (message.type) {
        case "secret.value":
        case "secret.refused":
          waiting.get(message.id)?.(answerOf(message));
          waiting.delete(message.id);
          break;
        case "secret.revoked":
          python?.secret_revoked(message.name);
          break;
        case "secret.askAgain":
          python?.secret_ask_again(message.name);
          break;
        case "app.start":
        case "app.theme":
          break;
      }
    },
    request(name, reason) {
      const id = crypto.randomUUID();
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        post({ v: 1, type: "secret.request", id, name, reason });
      });
    },
    requestSync(name, reason) {
      const id = crypto.randomUUID();
      let reply = synchronously({ type: "secret", id, name, reason });
      while (reply.type === "pending") reply = synchronously({ type: "poll", id });
      return answerOf(reply.message);
    },
    sleepSync(milliseconds) {
      const end = performance.now() + milliseconds;
      for (let left = milliseconds; left > 0; left = end - performance.now()) {
        synchronously({ type: "sleep", ms: left });
      }
    },
  };
}

function answerOf(message: HostMessage): string {
  if (message.type === "secret.value") return JSON.stringify({ value: message.value });
  return JSON.stringify({
    code: message.type === "secret.refused" ? message.code : "secret_unavailable",
  });
}
