import type { SyncReply, SyncRequest } from "../wire.ts";
import { relay } from "./run.ts";

/**
 * Chromium cuts a synchronous request that is held for more than 300 s, and may end a service worker
 * that seems stuck, so no answer is held longer than this: the caller asks again.
 */
const holdFor = 20_000;

/** Answers a synchronous XMLHttpRequest of the worker, which is blocked until then. */
export async function answerSync(request: Request, url: URL): Promise<Response> {
  const run = url.searchParams.get("run") ?? "";
  try {
    const message = (await request.json()) as SyncRequest;
    if (message.type === "sleep") {
      await new Promise((resolve) => setTimeout(resolve, Math.min(message.ms, holdFor)));
      return answer({ type: "pending" });
    }
    return answer(await askFrame(run, message));
  } catch (error) {
    return new Response(String(error), { status: 503 });
  }
}

/** Secret material where the reply is a value: no cache keeps it. */
function answer(reply: SyncReply): Response {
  return Response.json(reply, { headers: { "cache-control": "no-store" } });
}

function askFrame(run: string, request: SyncRequest): Promise<SyncReply> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<SyncReply>((resolve, reject) => {
    setTimeout(resolve, holdFor, { type: "pending" } satisfies SyncReply);
    port1.onmessage = (event: MessageEvent<SyncReply>) => {
      resolve(event.data);
    };
    relay(run, { type: "sync", run, request }, [port2]).catch(reject);
  }).finally(() => {
    port1.close();
  });
}
