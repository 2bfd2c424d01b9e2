import type { Header, HttpReply, HttpRequest } from "../wire.ts";
import type { PythonRuntime } from "./python.ts";

/** Turns one request into an ASGI call; the answer goes out on `port` as it is made. */
export async function serveHttp(
  python: PythonRuntime,
  request: HttpRequest,
  port: MessagePort,
): Promise<void> {
  const { method, path, query, headers } = request;
  const body = request.body ? new Uint8Array(request.body) : null;
  const reply = (message: HttpReply, transfer: Transferable[] = []) => {
    port.postMessage(message, transfer);
  };
  let wanted = true;
  port.onmessage = () => {
    wanted = false; // the page has gone, or has stopped reading
  };
  try {
    await python.http(method, path, query, headers, body, (kind, ...payload) => {
      if (kind === "start") {
        reply({ type: "start", status: payload[0] as number, headers: payload[1] as Header[] });
      } else if (kind === "body") {
        const bytes = payload[0] as Uint8Array<ArrayBuffer>;
        reply({ type: "body", bytes }, [bytes.buffer]);
      } else reply({ type: "end" });
      return wanted;
    });
  } catch (error) {
    reply({ type: "error", message: error instanceof Error ? error.message : String(error) });
  }
}
