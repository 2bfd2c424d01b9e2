import { paths } from "@portafilter/protocol";
import { runParameter } from "../run-parameter.ts";
import type { FromServiceWorker, RunDescription } from "../wire.ts";

declare const self: ServiceWorkerGlobalScope;

/**
 * Every tab that shows this app shares this service worker, and the browser may end and restart it at
 * any time: these maps only spare questions, nothing depends on them.
 */
const runOfClient = new Map<string, string>();
const descriptions = new Map<string, RunDescription>();

/** Remembers which run a page or worker belongs to. */
export function learnRun(clientId: string, run: string): void {
  if (runOfClient.size > 500) runOfClient.clear();
  runOfClient.set(clientId, run);
}

/** The run a request belongs to, or a page that finds out and comes back. */
export async function findRun(event: FetchEvent, url: URL): Promise<string | Response> {
  const named = url.searchParams.get(runParameter);
  if (named !== null) {
    if (event.resultingClientId) learnRun(event.resultingClientId, named);
    return named;
  }
  const known = runOfClient.get(event.clientId);
  if (known !== undefined) {
    if (event.resultingClientId) learnRun(event.resultingClientId, known);
    return known;
  }
  const runs = [...(await runtimeFrames()).keys()];
  if (runs.length === 1 && runs[0] !== undefined) return runs[0];
  if (event.request.mode === "navigate") return whichRunPage();
  const client = event.clientId ? await self.clients.get(event.clientId) : undefined;
  const asked = client ? await ask<string>(client, { type: "run.which" }) : null;
  if (asked === null) return new Response("No running app for this page.", { status: 503 });
  learnRun(event.clientId, asked);
  return asked;
}

/** Passes a message and its ports to the runtime frame of `run`. Rejects when that frame is gone. */
export async function relay(
  run: string,
  message: FromServiceWorker,
  transfer: Transferable[],
): Promise<void> {
  const frame = (await runtimeFrames()).get(run);
  if (!frame) throw new Error("The app's runtime is gone.");
  frame.postMessage(message, transfer);
}

/** What the runtime frame says of its run; asked once. */
export async function describeRun(run: string): Promise<RunDescription> {
  const known = descriptions.get(run);
  if (known) return known;
  const frame = (await runtimeFrames()).get(run);
  const description = frame
    ? await ask<RunDescription>(frame, { type: "run.describe", run })
    : null;
  if (!description) throw new Error("The app's runtime is gone.");
  if (descriptions.size > 50) descriptions.clear();
  descriptions.set(run, description);
  return description;
}

async function runtimeFrames(): Promise<Map<string, WindowClient>> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const frames = new Map<string, WindowClient>();
  for (const client of windows) {
    const url = new URL(client.url);
    const run = url.pathname === paths.frame ? url.searchParams.get("run") : null;
    if (run !== null) frames.set(run, client);
  }
  return frames;
}

function ask<T>(client: Client, question: unknown): Promise<T | null> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 5_000, null);
    port1.onmessage = (event: MessageEvent<T>) => {
      clearTimeout(late);
      resolve(event.data);
    };
    client.postMessage(question, [port2]);
  });
}

/**
 * A navigation inside the app frame does not say which frame it happens in, but the frame's name is the
 * run, so a page loaded there can tell. Only needed when several tabs show the same app.
 */
function whichRunPage(): Response {
  const script = `const u=new URL(location.href);if(!window.name)document.body.textContent="Open this app from its own page.";else{u.searchParams.set(${JSON.stringify(runParameter)},window.name);location.replace(u)}`;
  return new Response(`<!doctype html><title>App</title><body><script>${script}</script>`, {
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}
