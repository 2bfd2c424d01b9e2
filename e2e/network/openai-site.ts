import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

type Seen = { readonly authorization: string; readonly body: Record<string, unknown> };

/** Stands in for OpenAI. A stream stops after its first word until `goOn` has been called. */
export function createOpenai() {
  const seen: Seen[] = [];
  const gate = Promise.withResolvers<undefined>();

  const answer: RequestListener = (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization, *");
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else void complete(request, response);
  };

  async function complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await text(request)) as Seen["body"];
    const authorization = request.headers.authorization ?? "";
    seen.push({ authorization, body });
    if (authorization === "Bearer sk-wrong") {
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "Incorrect API key provided." } }));
    } else if (body.stream === true) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(event("Wonder"));
      await gate.promise;
      response.write(event("fully "));
      response.end(`${event("cool.")}data: [DONE]\n\n`);
    } else {
      response.writeHead(200, { "content-type": "application/json" });
      const message = { role: "assistant", content: "Very cool." };
      response.end(JSON.stringify(part("chat.completion", { message, finish_reason: "stop" })));
    }
  }
  return {
    answer,
    seen,
    goOn: () => {
      gate.resolve(undefined);
    },
  };
}

function event(content: string): string {
  const choice = { delta: { content }, finish_reason: null };
  return `data: ${JSON.stringify(part("chat.completion.chunk", choice))}\n\n`;
}

function part(object: string, choice: object) {
  const choices = [{ index: 0, ...choice }];
  return { id: "chatcmpl-1", object, created: 1_760_000_000, model: "gpt-4o-mini", choices };
}
