import type { FrameMessage, HostMessage } from "@portafilter/protocol";
import { createBlocked } from "./blocked.ts";
import type { Turns } from "./turns.ts";

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
  /** Answers in JSON: `{"value": …}` or `{"code": …}`. Secret material. */
  request: (name: string, reason: string | null, answer: (text: string) => void) => void;
  /** The same as a result, blocking the whole worker. Throws where there is no way to the host page. */
  requestSync: (name: string, reason: string | null) => string;
  sleepSync: (milliseconds: number) => void;
};

/** A sleep this long is seen by the visitor. */
const noticeable = 50;

/**
 * Asks the host page for secrets, either way to wait. There is no time limit on a human. While the worker
 * is blocked none of its timers runs, so `beforeBlocking` sends what waits for one. `hold` keeps the
 * event loop from getting between a question and an answer that needs no person.
 */
export function createSecrets(
  post: (message: FrameMessage) => void,
  beforeBlocking: () => void,
  hold: Turns["hold"],
): Secrets {
  const waiting = new Map<string, (answer: string) => void>();
  let run = "";
  let python: SecretCache | undefined;

  const blocked = createBlocked(() => run);

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
    request(name, reason, answer) {
      const id = crypto.randomUUID();
      const goOn = hold();
      waiting.set(id, (text) => {
        answer(text);
        goOn();
      });
      post({ v: 1, type: "secret.request", id, name, reason });
    },
    requestSync(name, reason) {
      beforeBlocking();
      const id = crypto.randomUUID();
      const answer = blocked.ask(id, name, reason);
      if (answer === null) {
        post({ v: 1, type: "secret.cancel", id });
        // A code would be the page's word, and it did not hear the question.
        throw new Error("no way to the page around the app");
      }
      return answerOf(answer);
    },
    sleepSync(milliseconds) {
      if (milliseconds >= noticeable) beforeBlocking();
      blocked.sleep(milliseconds);
    },
  };
}

function answerOf(message: HostMessage): string {
  if (message.type === "secret.value") return JSON.stringify({ value: message.value });
  return JSON.stringify({
    code: message.type === "secret.refused" ? message.code : "secret_unavailable",
  });
}
