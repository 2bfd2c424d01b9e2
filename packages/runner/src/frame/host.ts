import {
  type FrameHello,
  type FrameMessage,
  type HostMessage,
  hostPort,
  parseHostMessage,
} from "@portafilter/protocol";

type Host = { send: (message: FrameMessage) => void };

/**
 * The frame's side of the handshake (docs/architecture.md): says hello to the parent, and takes one
 * port from the parent window, only from the platform's exact origin. Messages sent before wait.
 */
export function connectToHost(
  platformOrigin: string,
  receive: (message: HostMessage) => void,
): Host {
  const waiting: FrameMessage[] = [];
  let port: MessagePort | undefined;

  addEventListener("message", (event) => {
    if (port || event.source !== parent || event.origin !== platformOrigin) return;
    const handed = event.ports[0];
    if (!handed || !hostPort.safeParse(event.data).success) return;
    port = handed;
    port.onmessage = (message: MessageEvent<unknown>) => {
      const parsed = parseHostMessage(message.data);
      if (parsed) receive(parsed);
    };
    for (const message of waiting.splice(0)) port.postMessage(message);
  });
  parent.postMessage({ v: 1, type: "frame.hello" } satisfies FrameHello, platformOrigin);

  return {
    send(message) {
      if (port) port.postMessage(message);
      else waiting.push(message);
    },
  };
}
