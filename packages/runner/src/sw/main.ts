import { paths, reserved } from "@portafilter/protocol";
import { answerFromPython } from "./http.ts";
import { findRun, learnRun, relay } from "./run.ts";
import { answerSync } from "./sync.ts";

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", (event) => {
  event.waitUntil(self.skipWaiting());
});
self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (url.pathname === paths.sync) {
    event.respondWith(answerSync(event.request, url));
    return;
  }
  if (url.pathname.startsWith(reserved)) return;
  event.respondWith(
    findRun(event, url).then((run) =>
      run instanceof Response ? run : answerFromPython(event.request, url, run),
    ),
  );
});

self.addEventListener("message", (event: ExtendableMessageEvent) => {
  const message = event.data as { type?: unknown; run?: unknown } | null;
  if (message?.type === "claim") event.waitUntil(self.clients.claim());
  const port = event.ports[0];
  if (message?.type !== "socket" || typeof message.run !== "string" || !port) return;
  const source = event.source;
  if (source && "id" in source) learnRun(source.id, message.run);
  event.waitUntil(
    relay(message.run, message as never, [port]).catch(() => {
      port.postMessage({ type: "close", code: 1011, reason: "The app's runtime is gone" });
    }),
  );
});
