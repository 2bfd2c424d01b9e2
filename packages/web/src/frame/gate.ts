import {
  budgets,
  consoleMessageCost,
  type FrameMessage,
  parseFrameMessage,
} from "@portafilter/protocol";
import { createBudget } from "./budget.ts";

/** A frame that breaks the rules this often is cut off. */
export const violationLimit = 100;

/** More requests than any honest run makes: the worker answers repeated ones from its cache. */
const idLimit = 10_000;

/** What becomes of what a frame says. */
export type Outcome = {
  readonly pass: (message: FrameMessage) => void;
  /** The request `id` is more than the page takes. */
  readonly refuse: (id: string) => void;
  /** Called with the number of messages so far that are none, or may not be sent (a used id). */
  readonly dropped: (count: number) => void;
  /** Called with the number of sound messages so far that were too many. */
  readonly excess: (count: number) => void;
  /** Nothing is taken any more. */
  readonly cutOff: () => void;
};

export type Gate = {
  /** Its data is read, which costs what the sender likes, only while there is a budget for it. */
  readonly take: (event: { readonly data: unknown }) => void;
  /** Says what was left out since it was last called. */
  readonly report: () => void;
};

/** Judges what arrives on one port: what is a message, and within its budget, passes. */
export function createGate(outcome: Outcome, now?: () => number): Gate {
  const port = createBudget(budgets.port, now);
  const requests = createBudget(budgets["secret.request"], now);
  const cancels = createBudget(budgets["secret.cancel"], now);
  const loads = createBudget(budgets["app.loads"], now);
  const progress = createBudget(budgets["app.progress"], now);
  const output = createBudget(budgets["app.console"], now);
  const failures = createBudget(budgets["app.failed"], now);
  const ids = new Set<string>();
  let ready = false;
  let closed = false;
  let dropped = 0;
  let excess = 0;
  let reported = 0;
  let linesLeftOut = 0;

  const cutOff = () => {
    closed = true;
    outcome.cutOff();
  };
  const violation = () => {
    dropped += 1;
    outcome.dropped(dropped);
    if (dropped >= violationLimit) cutOff();
  };
  const tooMuch = () => {
    excess += 1;
  };
  const report = () => {
    if (excess !== reported) outcome.excess(excess);
    reported = excess;
    if (linesLeftOut === 0) return;
    const lines = linesLeftOut === 1 ? "1 line was" : `${linesLeftOut} lines were`;
    const text = `${lines} left out: the app printed faster than can be shown.\n`;
    linesLeftOut = 0;
    outcome.pass({ v: 1, type: "app.console", stream: "system", text });
  };
  const judge = (message: FrameMessage) => {
    switch (message.type) {
      case "secret.request":
        if (ids.has(message.id) || ids.size >= idLimit) {
          violation();
          return;
        }
        ids.add(message.id);
        if (requests()) break;
        tooMuch();
        outcome.refuse(message.id);
        return;
      case "secret.cancel":
        if (cancels()) break;
        cutOff();
        return;
      case "app.loads":
        if (loads()) break;
        cutOff();
        return;
      case "app.progress":
        // Once it is ready, nothing more can be said of its start.
        if (!ready && (message.phase === "ready" || progress())) break;
        tooMuch();
        return;
      case "app.console":
        if (output(message.text.length + consoleMessageCost)) break;
        tooMuch();
        linesLeftOut += linesOf(message.text);
        return;
      case "app.failed":
        if (failures()) break;
        tooMuch();
        return;
    }
    if (message.type === "app.progress") ready = message.phase === "ready";
    outcome.pass(message);
  };
  return {
    take(event) {
      if (closed) return;
      if (!port()) {
        cutOff();
        return;
      }
      const message = parseFrameMessage(event.data);
      if (message === null) violation();
      else judge(message);
    },
    report() {
      if (!closed) report();
    },
  };
}

function linesOf(text: string): number {
  let count = text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
