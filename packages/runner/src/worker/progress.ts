import { type FrameMessage, limits, type Phase } from "@portafilter/protocol";
import { NoCode } from "./code.ts";

export type Progress = {
  /** `within` is 0 to 1 inside the phase. */
  report: (phase: Phase, detail?: string, within?: number) => void;
  fail: (error: unknown) => void;
};

/** Where each phase begins and ends on the bar; set from measured starts (bench/README.md). */
const spans: Record<Phase, [from: number, to: number]> = {
  runtime: [0, 0.6],
  packages: [0.6, 0.85],
  starting: [0.85, 1],
  ready: [1, 1],
};

/**
 * Tells the host how far the start is; the last phase reported is the one that failed. The start is over
 * at `ready`: what the app loads later moves nothing.
 */
export function createProgress(post: (message: FrameMessage) => void): Progress {
  let current: Phase = "runtime";
  return {
    report(phase, detail = "", within = 0) {
      if (current === "ready") return;
      current = phase;
      const [from, to] = spans[phase];
      const done = from + (to - from) * Math.min(1, Math.max(0, within));
      post({ v: 1, type: "app.progress", phase, detail: detail.slice(0, 200), done });
    },
    fail(error) {
      const message = error instanceof Error ? error.message : String(error);
      const phase = error instanceof NoCode ? "code" : current;
      post({ v: 1, type: "app.failed", phase, message: message.slice(-limits.errorText) });
    },
  };
}
