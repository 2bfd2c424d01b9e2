import { runParameter } from "../run-parameter.ts";
import type { Header, HttpAbandon, HttpReply, HttpRequest, RunDescription } from "../wire.ts";
import { isNavigation, withPageScript } from "./document.ts";
import { describeRun, relay } from "./run.ts";

/** Answers a request for one of the app's own addresses: from a static file of the framework, or out of Python. */
export async function answerFromPython(request: Request, url: URL, run: string): Promise<Response> {
  try {
    const description = await describeRun(run);
    const file = request.method === "GET" ? staticFile(url.pathname, description) : null;
    const response =
      file === null ? await callPython(request, url, run) : await underOwnAddress(file);
    const html = /^text\/html\b/i.test(response.headers.get("content-type") ?? "");
    if (!html || !isNavigation(request)) return response;
    return await asDocument(response, run, description);
  } catch (error) {
    return new Response(`The app could not answer: ${String(error)}`, {
      status: 502,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }
}

/**
 * A response keeps the address that it was fetched from, and modules resolve their imports against that:
 * handed on as it is, each script would run twice, once under either address.
 */
async function underOwnAddress(file: string): Promise<Response> {
  const { body, status, headers } = await fetch(file);
  return new Response(body, { status, headers });
}

/** Keys that end in a slash (other than `/` itself) are prefixes, others are whole paths. */
function staticFile(path: string, { statics }: RunDescription): string | null {
  const exact = statics[path];
  if (exact !== undefined) return exact;
  for (const [prefix, base] of Object.entries(statics)) {
    if (prefix.length > 1 && prefix.endsWith("/") && path.startsWith(prefix)) {
      return base + path.slice(prefix.length);
    }
  }
  return null;
}

async function asDocument(
  response: Response,
  run: string,
  description: RunDescription,
): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  headers.delete("content-encoding");
  const html = withPageScript(await response.text(), description.pageScript, run);
  return new Response(html, { status: response.status, headers });
}

async function callPython(request: Request, url: URL, run: string): Promise<Response> {
  const query = new URLSearchParams(url.search);
  query.delete(runParameter);
  const body = ["GET", "HEAD"].includes(request.method) ? null : await request.arrayBuffer();
  // Servers get these from the network stack; werkzeug, for one, sees no body without a length.
  const headers: Header[] = [...request.headers, ["host", url.host]];
  if (body) headers.push(["content-length", String(body.byteLength)]);
  const message: HttpRequest = {
    type: "http",
    run,
    method: request.method,
    path: url.pathname,
    query: url.search.includes(runParameter) ? query.toString() : url.search.slice(1),
    headers,
    body,
  };
  const { port1, port2 } = new MessageChannel();
  await relay(run, message, body ? [port2, body] : [port2]);
  return responseFrom(port1, request.method);
}

function responseFrom(port: MessagePort, method: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        stream = controller;
      },
      cancel() {
        port.postMessage({ type: "abandon" } satisfies HttpAbandon);
        port.close();
      },
    });
    port.onmessage = ({ data }: MessageEvent<HttpReply>) => {
      switch (data.type) {
        case "start": {
          const empty = method === "HEAD" || [101, 204, 205, 304].includes(data.status);
          resolve(
            new Response(empty ? null : chunks, { status: data.status, headers: data.headers }),
          );
          break;
        }
        case "body":
          stream?.enqueue(data.bytes);
          break;
        case "end":
          stream?.close();
          port.close();
          break;
        case "error":
          reject(new Error(data.message));
          stream?.error(new Error(data.message));
          port.close();
          break;
      }
    };
  });
}
