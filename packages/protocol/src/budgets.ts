import { limits } from "./limits.ts";
import type { FrameMessage } from "./messages.ts";

/** So much at once, and so much a second after that. */
export type Budget = { readonly atOnce: number; readonly perSecond: number };

/**
 * What the host page takes from the frames of one run. An honest run stays far below; what a hostile one can
 * send would use up the page's time and memory, since nothing but closing the port keeps messages away.
 */
export const budgets = {
  /** Beyond it a request is refused with `secret_busy`. A run asks once for each name. */
  "secret.request": { atOnce: 2 * limits.pendingRequests, perSecond: 20 },
  /** Beyond it the app is cut off: a question that comes and goes cannot be answered. */
  "secret.cancel": { atOnce: limits.pendingRequests, perSecond: 1 },
  /** Beyond it the app is cut off: what it loads must not go unheard. Each may add a package. */
  "app.loads": { atOnce: limits.loadedPackages, perSecond: 1 },
  /** Beyond it news of the start is dropped, but for `ready`, which counts once. */
  "app.progress": { atOnce: 200, perSecond: 100 },
  /** In characters. Beyond it output is left out, and how many lines is said in its place. */
  "app.console": { atOnce: 512 * 1024, perSecond: 256 * 1024 },
  /** The first one ends the run. */
  "app.failed": { atOnce: 1, perSecond: 0 },
  /** All messages on the port, understood or not. Beyond it the app is cut off. */
  port: { atOnce: 5_000, perSecond: 1_000 },
  /** Messages of any frame to the page's window, which needs one. Beyond it the app is cut off. */
  window: { atOnce: 500, perSecond: 50 },
} as const satisfies Record<FrameMessage["type"] | "port" | "window", Budget>;

/** What a message with output costs besides its characters. */
export const consoleMessageCost = 500;
