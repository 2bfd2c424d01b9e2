import {
  budgets,
  type FrameMessage,
  frameHello,
  type HostMessage,
  type HostPort,
} from "@portafilter/protocol";
import { createBorder } from "./border.ts";
import { createBudget } from "./budget.ts";
import { violationLimit } from "./gate.ts";

/** Why the host page closed the port on its own; `broken`: its border failed. */
export type CutOff = "navigated" | "violations" | "broken";

type Options = {
  readonly frame: HTMLIFrameElement;
  /** Exact origin that the frame must have. */
  readonly origin: string;
  readonly onOpen: () => void;
  readonly onMessage: (message: FrameMessage) => void;
  /** Called with the number of messages so far that were not understood. */
  readonly onDropped: (count: number) => void;
  /** Called with the number of messages so far that were too many. */
  readonly onExcess: (count: number) => void;
  readonly onCutOff: (why: CutOff) => void;
};

/** One life of one runtime frame: at most one port, closed for good. */
export type Connection = {
  /** Sends, or does nothing when there is no port. */
  readonly send: (message: HostMessage) => void;
  readonly close: () => void;
};

/**
 * Hands one MessagePort to `frame`, once, after its hello and its first load, and closes it when the
 * frame loads anything else. Call in the task that puts the frame into the page.
 */
export function connect(options: Options): Connection {
  const { frame, origin } = options;
  let greeted = false;
  let loaded = false;
  let opened = false;
  let closed = false;
  /** Messages that were not understood, on the port and of the frame to the window. */
  const dropped = { port: 0, window: 0 };

  const close = () => {
    closed = true;
    border.close();
    window.removeEventListener("message", onWindowMessage);
    frame.removeEventListener("load", onLoad);
  };
  const cutOff = (why: CutOff) => {
    if (closed) return;
    close();
    options.onCutOff(why);
  };
  const onDropped = (more: Partial<typeof dropped>) => {
    Object.assign(dropped, more);
    const count = dropped.port + dropped.window;
    options.onDropped(count);
    if (count >= violationLimit) cutOff("violations");
  };
  const border = createBorder({
    onPassed: options.onMessage,
    onDropped: (port) => {
      onDropped({ port });
    },
    onExcess: options.onExcess,
    onCutOff: () => {
      cutOff("violations");
    },
    onBroken: () => {
      cutOff("broken");
    },
  });
  const open = () => {
    if (!greeted || !loaded || opened) return;
    opened = true;
    const channel = new MessageChannel();
    border.open(channel.port1);
    const handover: HostPort = { v: 1, type: "host.port" };
    frame.contentWindow?.postMessage(handover, origin, [channel.port2]);
    options.onOpen();
  };
  const takeFromWindow = createBudget(budgets.window);
  const onWindowMessage = (event: MessageEvent<unknown>) => {
    // Any frame within the app's may post here. What it says counts for nothing, but it takes room.
    if (event.source !== window && !takeFromWindow()) {
      cutOff("violations");
      return;
    }
    if (event.source === null || event.source !== frame.contentWindow) return;
    // To read a message takes as long as its sender likes. One of them is read: before it no app has run.
    const hello = !greeted && event.origin === origin && frameHello.safeParse(event.data).success;
    if (!hello) {
      onDropped({ window: dropped.window + 1 });
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
      if (!closed && opened) border.send(message);
    },
    close,
  };
}
