import type { SocketEvent, SocketRequest } from "../wire.ts";
import type { PythonRuntime } from "./python.ts";

let sockets = 0;

/** Connects the page's end of a socket to an ASGI WebSocket. */
export async function serveSocket(
  python: PythonRuntime,
  request: SocketRequest,
  port: MessagePort,
): Promise<void> {
  const id = ++sockets;
  const reply = (event: SocketEvent) => {
    port.postMessage(event);
  };
  port.onmessage = (event: MessageEvent<SocketEvent>) => {
    const message = event.data;
    if (message.type === "close") python.ws_close(id, message.code);
    else if (message.type !== "accept") python.ws_receive(id, message.data);
  };
  try {
    await python.ws_open(
      id,
      request.path,
      request.query,
      request.headers,
      request.protocols,
      (kind, payload, reason) => {
        if (kind === "accept")
          reply({ type: "accept", protocol: (payload as string | null) ?? "" });
        else if (kind === "text") reply({ type: "text", data: payload as string });
        else if (kind === "bytes")
          reply({ type: "bytes", data: payload as Uint8Array<ArrayBuffer> });
        else
          reply({
            type: "close",
            code: payload as number,
            reason: (reason as string | null) ?? "",
          });
      },
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reply({ type: "close", code: 1011, reason: reason.slice(0, 100) });
  }
}
