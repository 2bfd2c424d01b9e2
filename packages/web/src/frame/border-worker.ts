import type { HostMessage } from "@portafilter/protocol";
import type { FromBorder, ToBorder } from "./border-messages.ts";
import { createGate } from "./gate.ts";

/** How often it is said what was left out. */
const period = 1_000;

let port: MessagePort | undefined;

onmessage = ({ data, ports }: MessageEvent<ToBorder>) => {
  if (data.type === "send") port?.postMessage(data.message);
  else if (ports[0] !== undefined) open(ports[0]);
};

function open(opened: MessagePort): void {
  port = opened;
  const tell = (message: FromBorder) => {
    postMessage(message);
  };
  const gate = createGate({
    pass(message) {
      tell({ type: "passed", message });
    },
    refuse(id) {
      const refusal: HostMessage = { v: 1, type: "secret.refused", id, code: "secret_busy" };
      opened.postMessage(refusal);
    },
    dropped(count) {
      tell({ type: "dropped", count });
    },
    excess(count) {
      tell({ type: "excess", count });
    },
    cutOff() {
      opened.close();
      tell({ type: "cutOff" });
    },
  });
  opened.onmessage = gate.take;
  // What could not be read is no message either.
  opened.onmessageerror = () => {
    gate.take({ data: null });
  };
  setInterval(gate.report, period);
}
