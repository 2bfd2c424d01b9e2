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

/**
 * The run a request belongs to, or a page that finds out and comes back. The page that the request comes
 * from is asked before anything is guessed: each tab of this app has a run of its own, and a page of
 * another app that is led here must not get into one.
 */
export async function findRun(event: FetchEvent, url: URL): Promise<string | Response> {
  const named = url.searchParams.get(runParameter);
  const run = named ?? runOfClient.get(event.clientId) ?? (await runSaidBy(event.clientId));
  if (run !== null) {
    if (event.clientId && named === null) learnRun(event.clientId, run);
    if (event.resultingClientId) learnRun(event.resultingClientId, run);
    return run;
  }
  if (event.request.mode === "navigate") return whichRunPage();
  // Workers and documents without an address cannot be asked. With one run there is nothing to ask.
  const runs = [...(await runtimeFrames()).keys()];
  if (runs.length === 1 && runs[0] !== undefined) return runs[0];
  return new Response("No running app for this page.", { status: 503 });
}

/** What a page of the app says (`page/main.ts`); null for anything else. */
async function runSaidBy(clientId: string): Promise<string | null> {
  const client = clientId === "" ? undefined : await self.clients.get(clientId);
  const isPage = client?.type === "window" && new URL(client.url).origin === self.location.origin;
  return isPage ? ask<string>(client, { type: "run.which" }) : null;
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
 * Some browsers do not say from which page a navigation comes. The name of the app frame, which is the
 * outermost window of this origin, is the run, so a page loaded there can tell.
 */
function whichRunPage(): Response {
  const script = `let w=window;try{while(w.parent!==w&&w.parent.name!==undefined)w=w.parent}catch{}
if(w.name){const u=new URL(location.href);u.searchParams.set(${JSON.stringify(runParameter)},w.name);location.replace(u)}
else document.body.textContent="Open this app from its own page."`;
  return new Response(`<!doctype html><title>App</title><body><script>${script}</script>`, {
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}
