import { type FrameMessage, type Manifest, paths } from "@portafilter/protocol";
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
  const started = after.then(() => {
    const worker = new Worker(`${paths.runner}${manifest.version}/worker.js`, {
      type: "module",
      name: "python",
    });
    worker.onmessage = (event: MessageEvent<FromWorker>) => {
      receive(event.data.message);
    };
    worker.onerror = (event) => {
      const message = `The Python worker failed: ${event.message || "its script could not be loaded"}`;
      receive({ v: 1, type: "app.failed", phase: "runtime", message });
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
