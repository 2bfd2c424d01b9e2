import { installNetwork } from "../network/install.ts";
import { runParameter } from "../run-parameter.ts";
import { openDownloadsThroughFetch } from "./downloads.ts";
import { createPageSocket } from "./socket.ts";

/** Runs first in every page of the app: takes the platform's mark off the address and replaces sockets. */
const run = document.currentScript?.getAttribute("data-run") ?? window.name;
const address = new URL(location.href);
if (address.searchParams.has(runParameter)) {
  address.searchParams.delete(runParameter);
  history.replaceState(history.state, "", address);
}
if (window.name === "") window.name = run;

navigator.serviceWorker.addEventListener(
  "message",
  (event: MessageEvent<{ type?: unknown } | null>) => {
    if (event.data?.type === "run.which") event.ports[0]?.postMessage(run);
  },
);
navigator.serviceWorker.startMessages();

window.WebSocket = createPageSocket(run, window.WebSocket);
installNetwork(window);
openDownloadsThroughFetch();
