import { type FrameMessage, limits, type Manifest, paths } from "@portafilter/protocol";
import type { FromWorker, ToWorker } from "../wire.ts";

type PythonWorker = {
  send: (message: ToWorker, transfer?: Transferable[]) => void;
  onMessage: (receive: (message: FrameMessage) => void) => void;
};

/** Starts the worker that runs Python, once `after` has resolved. Messages sent before wait. */
export function startWorker(
  manifest: Manifest,
  run: string,
  after: Promise<unknown>,
): PythonWorker {
  let receive: (message: FrameMessage) => void = () => undefined;
  let alive = false;
  const started = after.then(() => {
    const worker = new Worker(`${paths.runner}${manifest.version}/worker.js`, {
      type: "module",
      name: "python",
    });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "host") {
        receive(data.message);
        return;
      }
      alive = true;
      // The browser gives the lock away when the worker ends, however it does.
      void navigator.locks.request(data.lock, () => {
        receive({
          v: 1,
          type: "app.failed",
          phase: "ready",
          message: "Python's worker has ended.",
        });
      });
    };
    worker.onerror = ({ message }) => {
      // Once it runs, what it did not catch is the app's own and ends nothing.
      const text = message || "its script could not be loaded";
      receive(
        alive
          ? { v: 1, type: "app.console", stream: "system", text: text.slice(0, limits.consoleText) }
          : {
              v: 1,
              type: "app.failed",
              phase: "runtime",
              message: `The Python worker failed: ${text}`,
            },
      );
    };
    worker.postMessage({ type: "boot", run, manifest } satisfies ToWorker);
    return worker;
  });
  return {
    send(message, transfer = []) {
      void started.then((worker) => {
        worker.postMessage(message, transfer);
      });
    },
    onMessage(handler) {
      receive = handler;
    },
  };
}
