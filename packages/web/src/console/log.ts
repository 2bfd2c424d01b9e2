import type { FrameMessage } from "@portafilter/protocol";
import { plainText } from "../text/plain-text.ts";

/** The oldest entries go when there are more, or when their text is longer. */
export const logLimits = { entries: 2_000, characters: 2_000_000 } as const;

type Stream = Extract<FrameMessage, { type: "app.console" }>["stream"];
export type LogEntry = { readonly key: number; readonly stream: Stream; readonly text: string };

/** Output of one run, bounded, as plain text. */
export type ConsoleLog = {
  readonly add: (stream: Stream, text: string) => void;
  readonly clear: () => void;
  readonly getEntries: () => readonly LogEntry[];
  readonly subscribe: (listener: () => void) => () => void;
};

/** How often listeners hear of new entries at most: an app may print without end. */
const period = 100;

/** An empty log. */
export function createConsoleLog(): ConsoleLog {
  const listeners = new Set<() => void>();
  let entries: LogEntry[] = [];
  let snapshot: readonly LogEntry[] = [];
  let characters = 0;
  let nextKey = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const publish = () => {
    clearTimeout(timer);
    timer = undefined;
    trim();
    snapshot = [...entries];
    for (const listener of listeners) listener();
  };
  const trim = () => {
    let drop = Math.max(0, entries.length - logLimits.entries);
    for (let i = 0; i < drop; i++) characters -= entries[i]?.text.length ?? 0;
    while (characters > logLimits.characters && drop < entries.length) {
      characters -= entries[drop]?.text.length ?? 0;
      drop += 1;
    }
    if (drop > 0) entries = entries.slice(drop);
  };
  return {
    add(stream, text) {
      const clean = plainText(text);
      entries.push({ key: nextKey, stream, text: clean });
      nextKey += 1;
      characters += clean.length;
      // Between two publications an app must not pile up more than a page can hold.
      if (entries.length > 2 * logLimits.entries || characters > 2 * logLimits.characters) trim();
      timer ??= setTimeout(publish, period);
    },
    clear() {
      entries = [];
      characters = 0;
      publish();
    },
    getEntries: () => snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
