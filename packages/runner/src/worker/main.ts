import type { FrameMessage } from "@portafilter/protocol";
import { installNetwork } from "../network/install.ts";
import type { FromWorker, HttpReply, SocketEvent, ToWorker } from "../wire.ts";
import { type App, launch } from "./app.ts";
import { createConsole } from "./console.ts";
import { serveHttp } from "./http.ts";
import { proveLife } from "./life.ts";
import { createLoadsReport } from "./loads.ts";
import { createProgress } from "./progress.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { createSecrets } from "./secrets.ts";
import { serveSocket } from "./socket.ts";
import { createTurns } from "./turns.ts";

/** The worker that runs Python. One run, one worker: a restart is a new frame. */
const post = (message: FrameMessage) => {
  postMessage({ type: "host", message } satisfies FromWorker);
};
const progress = createProgress(post);
const output = createConsole(post);
const turns = createTurns();
const secrets = createSecrets(post, output.flush, turns.hold);

const notStarted = "The app did not start; the page around it says why.";

let runtime: Promise<Runtime> | undefined;
let app: Promise<App> | undefined;
let appStarted: (app: Promise<App>) => void = () => undefined;
const running = new Promise<App>((resolve) => {
  appStarted = resolve;
});
// A start that fails is reported where it is made, whether or not anything waits for it here.
running.catch(() => undefined);

addEventListener("message", (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  const port = event.ports[0];
  switch (message.type) {
    case "boot":
      secrets.useRun(message.run);
      runtime = startRuntime(message.manifest, { progress, output, secrets, turns });
      // The app's start fails with it and reports it, once there is one.
      runtime.catch(() => undefined);
      break;
    case "host":
      if (message.message.type === "app.start") {
        if (!runtime || app) return;
        app = launch(runtime, message.message, progress, createLoadsReport(post));
        app.catch(progress.fail);
        appStarted(app);
      } else if (message.message.type === "app.theme") {
        const { theme } = message.message;
        running.then(
          ({ python }) => {
            python.set_theme(theme);
          },
          () => undefined, // reported when it failed
        );
      } else secrets.receive(message.message);
      break;
    case "http":
      if (port)
        void running.then(
          ({ python }) => serveHttp(python, message, port),
          () => {
            port.postMessage({ type: "error", message: notStarted } satisfies HttpReply);
          },
        );
      break;
    case "socket":
      if (port)
        void running.then(
          ({ python }) => serveSocket(python, message, port),
          () => {
            const close: SocketEvent = { type: "close", code: 1011, reason: notStarted };
            port.postMessage(close);
          },
        );
      break;
  }
});

installNetwork(globalThis);
proveLife();
