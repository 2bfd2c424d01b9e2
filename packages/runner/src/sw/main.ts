import { paths, reserved, wayBackCsp, wayBackPage } from "@portafilter/protocol";
import { isAlone } from "./document.ts";
import { appAnswerCsp, withPageHeaders } from "./headers.ts";
import { answerFromPython } from "./http.ts";
import { findRun, learnRun, relay } from "./run.ts";
import { answerSync } from "./sync.ts";

/** `platformOrigin` is set by the server, in the first line of this script. */
declare const self: ServiceWorkerGlobalScope & { readonly platformOrigin: string };

self.addEventListener("install", (event) => {
  event.waitUntil(self.skipWaiting());
});
self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (isAlone(event.request)) event.respondWith(wayBack());
  // What the platform keeps for itself is the server's to answer.
  else if (url.pathname === paths.sync || !url.pathname.startsWith(reserved))
    event.respondWith(answer(event, url));
});

/** The one way of all answers for an app: none leaves without the headers that every answer has. */
async function answer(event: FetchEvent, url: URL): Promise<Response> {
  const made = await (url.pathname === paths.sync
    ? answerSync(event.request, url)
    : answerForApp(event, url));
  return withPageHeaders(made, appAnswerCsp(self.platformOrigin));
}

async function answerForApp(event: FetchEvent, url: URL): Promise<Response> {
  const run = await findRun(event, url);
  return run instanceof Response ? run : answerFromPython(event.request, url, run);
}

/** Nothing of the app, whose page would be without the platform's bar here. */
function wayBack(): Response {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  const page = new Response(wayBackPage(self.platformOrigin), { status: 404, headers });
  return withPageHeaders(page, wayBackCsp(self.platformOrigin));
}

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
