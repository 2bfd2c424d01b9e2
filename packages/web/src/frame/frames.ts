import { paths } from "@portafilter/protocol";
import { messages } from "../messages/index.ts";

/** The two frames of one run. */
export type Frames = {
  /** Hidden; the only one that ever gets a port. */
  readonly runtime: HTMLIFrameElement;
  /** Makes the frame that shows the app; the service worker must be active. Later calls do nothing. */
  readonly showApp: () => void;
  /** Loads the app's first page again, as its visitor would with the reload button. */
  readonly reloadApp: () => void;
  /** Gives the keyboard to the app, if it is shown. */
  readonly focusApp: () => void;
  readonly remove: () => void;
};

/**
 * Puts the runtime frame of `run` into `container`. Listen to its `load` before this task ends.
 * With `forceSync` the frame starts its worker as a browser without stack switching must.
 */
export function createFrames(
  container: HTMLElement,
  { origin, run, forceSync }: { origin: string; run: string; forceSync: boolean },
): Frames {
  const query = encodeURIComponent(run);
  const runtime = sandboxed(messages.app.runtimeFrame);
  runtime.setAttribute("aria-hidden", "true");
  runtime.tabIndex = -1;
  runtime.dataset.frame = "runtime";
  runtime.src = `${origin}${paths.frame}?run=${query}${forceSync ? "&sync" : ""}`;
  let app: HTMLIFrameElement | null = null;
  container.append(runtime);
  const appAddress = `${origin}/?_portafilter=${query}`;
  return {
    runtime,
    showApp() {
      if (app !== null) return;
      app = sandboxed(messages.app.appFrame);
      app.name = run;
      app.src = appAddress;
      container.append(app);
    },
    reloadApp() {
      if (app !== null) app.src = appAddress;
    },
    focusApp() {
      app?.focus();
    },
    remove() {
      runtime.remove();
      app?.remove();
    },
  };
}

function sandboxed(title: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.title = title;
  // `allow-same-origin` is the app's own origin, which is never the platform's.
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-downloads");
  // Other features are a frame's only when they are handed to it. Of these two some browsers think
  // otherwise, and Firefox does not read the header that takes them away.
  frame.setAttribute("allow", "picture-in-picture 'none'; storage-access 'none'");
  frame.referrerPolicy = "no-referrer";
  return frame;
}
