import { manifest as manifestSchema, paths } from "@portafilter/protocol";
import { hasStackSwitching } from "../stack-switching.ts";
import type { FromServiceWorker, RunDescription, ToWorker } from "../wire.ts";
import { connectToHost } from "./host.ts";
import { activeServiceWorker, control } from "./service-worker.ts";
import { isStorageBlocked } from "./storage.ts";
import { createSyncDesk } from "./sync-desk.ts";
import { startWorker } from "./worker.ts";

/**
 * The runtime frame: a switchboard between host page, service worker and the Python worker.
 * It holds the host's port, because a worker that is blocked in a synchronous request cannot.
 */
const manifest = manifestSchema.parse(
  JSON.parse(document.getElementById("manifest")?.textContent ?? "null"),
);
const query = new URLSearchParams(location.search);
const run = query.get("run") ?? "";

const serviceWorker = activeServiceWorker();
// A worker that blocks needs the service worker to answer it. One that can suspend starts at once.
const suspends = hasStackSwitching() && !query.has("sync");
const worker = startWorker(
  manifest,
  run,
  suspends ? Promise.resolve() : serviceWorker.then(control),
);

const desk = createSyncDesk();
const host = connectToHost(manifest.platformOrigin, (message) => {
  if (message.type === "app.start") description = describe(message.app.type);
  if (!desk.take(message)) worker.send({ type: "host", message });
});
// Told before anything else is done with service workers: a browser that has none throws there.
serviceWorker.then(
  () => {
    host.send({ v: 1, type: "app.progress", phase: "runtime", detail: "", done: 0 });
  },
  (error: unknown) => {
    host.send({
      v: 1,
      type: "app.failed",
      phase: isStorageBlocked() ? "storage" : "runtime",
      message: `The browser did not start the app's service worker: ${String(error)}`,
    });
  },
);
// At the first progress the host page shows the app frame, whose address only the service worker answers.
worker.onMessage((message) => {
  void serviceWorker.then(
    () => {
      host.send(message);
    },
    () => undefined, // reported above
  );
});

let description: RunDescription = describe("streamlit");
function describe(type: string): RunDescription {
  return {
    pageScript: `${paths.runner}${manifest.version}/page.js`,
    statics: manifest.statics[type] ?? {},
  };
}

navigator.serviceWorker.addEventListener("message", (event: MessageEvent<FromServiceWorker>) => {
  const port = event.ports[0];
  if (!port || event.data.run !== run) return;
  switch (event.data.type) {
    case "run.describe":
      port.postMessage(description);
      break;
    case "sync":
      desk.answer(event.data.request, port, (message) => {
        host.send(message);
      });
      break;
    default:
      worker.send(event.data satisfies ToWorker, [port]);
  }
});
navigator.serviceWorker.startMessages();
