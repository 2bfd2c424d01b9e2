import {
  type FrameMessage,
  frameHello,
  type HostMessage,
  type HostPort,
  parseFrameMessage,
} from "@portafilter/protocol";
import { createFloodGauge } from "./flood-gauge.ts";

/** A frame that breaks the rules this often is cut off. */
const violationLimit = 100;

/** Why the host page closed the port on its own. */
export type CutOff = "navigated" | "violations";

type Options = {
  readonly frame: HTMLIFrameElement;
  /** Exact origin that the frame must have. */
  readonly origin: string;
  readonly onOpen: () => void;
  readonly onMessage: (message: FrameMessage) => void;
  /** Called with the number of messages dropped so far. */
  readonly onDropped: (count: number) => void;
  readonly onCutOff: (why: CutOff) => void;
};

/** One life of one runtime frame: at most one port, closed for good. */
export type Connection = {
  /** Sends, or does nothing when there is no port. */
  readonly send: (message: HostMessage) => void;
  /** Counts a message that parsed but may not be sent (a used id, for example). */
  readonly violation: () => void;
  readonly close: () => void;
};

/**
 * Hands one MessagePort to `frame`, once, after its hello and its first load, and closes it when the
 * frame loads anything else. Call in the task that puts the frame into the page.
 */
export function connect(options: Options): Connection {
  const { frame, origin } = options;
  let port: MessagePort | null = null;
  let greeted = false;
  let loaded = false;
  let closed = false;
  let dropped = 0;

  const close = () => {
    closed = true;
    port?.close();
    window.removeEventListener("message", onWindowMessage);
    frame.removeEventListener("load", onLoad);
  };
  const cutOff = (why: CutOff) => {
    if (closed) return;
    close();
    options.onCutOff(why);
  };
  const violation = () => {
    if (closed) return;
    dropped += 1;
    options.onDropped(dropped);
    if (dropped >= violationLimit) cutOff("violations");
  };
  const open = () => {
    if (!greeted || !loaded || port !== null) return;
    const channel = new MessageChannel();
    const floods = createFloodGauge();
    port = channel.port1;
    port.onmessage = (event: MessageEvent<unknown>) => {
      if (closed) return;
      const message = parseFrameMessage(event.data);
      if (message === null) violation();
      else if (floods(message.type === "app.console" ? message.text.length : 0))
        cutOff("violations");
      else options.onMessage(message);
    };
    port.onmessageerror = violation;
    const handover: HostPort = { v: 1, type: "host.port" };
    frame.contentWindow?.postMessage(handover, origin, [channel.port2]);
    options.onOpen();
  };
  const windowFloods = createFloodGauge();
  const onWindowMessage = (event: MessageEvent<unknown>) => {
    // Any frame within the app's may post here. What it says counts for nothing, but it takes room.
    if (event.source !== window && windowFloods()) {
      cutOff("violations");
      return;
    }
    if (event.source === null || event.source !== frame.contentWindow) return;
    const hello = event.origin === origin && frameHello.safeParse(event.data).success;
    if (!hello || greeted) {
      violation();
      return;
    }
    greeted = true;
    open();
  };
  const onLoad = () => {
    if (loaded) {
      cutOff("navigated");
      return;
    }
    loaded = true;
    open();
  };

  window.addEventListener("message", onWindowMessage);
  frame.addEventListener("load", onLoad);
  return {
    send(message) {
      if (!closed) port?.postMessage(message);
    },
    violation,
    close,
  };
}
