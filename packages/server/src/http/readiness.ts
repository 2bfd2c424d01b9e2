import { jsonAnswer } from "./answer.ts";

/** Whether each part that the server needs answers, by its name. Never rejects. */
export type Readiness = () => Promise<Readonly<Record<string, boolean>>>;

/**
 * Answers `/readyz`: 200, or 503 with the names of the parts that do not answer and nothing more.
 * Anybody may ask, so the parts themselves are asked at most once a second.
 */
export function createReadyAnswer(readiness: Readiness): () => Promise<Response> {
  let known: Promise<Readonly<Record<string, boolean>>> | undefined;
  let since = 0;
  return async function readyAnswer() {
    if (known === undefined || performance.now() - since > 1_000) {
      known = readiness();
      since = performance.now();
    }
    const parts = Object.entries(await known);
    const missing = parts.filter(([, answers]) => !answers).map(([name]) => name);
    return missing.length === 0
      ? jsonAnswer({ status: "ready" })
      : jsonAnswer({ status: "unavailable", missing }, 503);
  };
}
