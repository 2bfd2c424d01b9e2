import type { FrameMessage, HostMessage } from "@portafilter/protocol";
import type { FromBorder, ToBorder } from "./border-messages.ts";
import address from "./border-worker.ts?worker&url";

type Options = {
  readonly onPassed: (message: FrameMessage) => void;
  readonly onDropped: (count: number) => void;
  readonly onExcess: (count: number) => void;
  readonly onCutOff: () => void;
  /** It could not be started, or failed. */
  readonly onBroken: () => void;
};

/** What stands between one port and the page. */
export type Border = {
  /** Gives it the port, once. */
  readonly open: (port: MessagePort) => void;
  readonly send: (message: HostMessage) => void;
  /** Closes the port, too. Nothing is said any more. */
  readonly close: () => void;
};

type Policy = { readonly createScriptURL: (address: string) => string };
type Policies = {
  readonly createPolicy: (name: string, rules: Policy) => Policy;
};

// The one address that it makes is ours, whoever asks it.
const policy = (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy(
  "portafilter-border",
  { createScriptURL: () => address },
);

/**
 * Starts a worker that reads, parses and counts what a frame says: to read a message takes as long as its
 * sender likes, and that must not be the page's time.
 */
export function createBorder(options: Options): Border {
  const worker = new Worker(policy?.createScriptURL(address) ?? address, {
    type: "module",
    name: "border",
  });
  const tell = (message: ToBorder, transfer: Transferable[] = []) => {
    worker.postMessage(message, transfer);
  };
  let closed = false;
  worker.onmessage = ({ data }: MessageEvent<FromBorder>) => {
    if (closed) return;
    if (data.type === "passed") options.onPassed(data.message);
    else if (data.type === "dropped") options.onDropped(data.count);
    else if (data.type === "excess") options.onExcess(data.count);
    else options.onCutOff();
  };
  worker.onerror = () => {
    if (!closed) options.onBroken();
  };
  return {
    open(port) {
      tell({ type: "open" }, [port]);
    },
    send(message) {
      tell({ type: "send", message });
    },
    close() {
      closed = true;
      worker.terminate();
    },
  };
}
