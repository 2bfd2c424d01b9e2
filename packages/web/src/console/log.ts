import type { FrameMessage } from "@portafilter/protocol";
import { plainText } from "../text/plain-text.ts";

/** What a browser lays out within a few frames of the screen. The oldest goes when there is more. */
export const logLimits = { lines: 2_000, characters: 200_000 } as const;

/** Characters that are drawn anew at once: some take a browser long to lay out. */
const charactersAtOnce = 32 * 1024;

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
  /** What the page has not shown yet. */
  let waiting: LogEntry[] = [];
  let snapshot: readonly LogEntry[] = [];
  let nextKey = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const publish = (entries: readonly LogEntry[]) => {
    snapshot = entries;
    for (const listener of listeners) listener();
  };
  const showSome = () => {
    let count = 0;
    for (let room = charactersAtOnce; room > 0 && count < waiting.length; count += 1)
      room -= waiting[count]?.text.length ?? 0;
    publish(newest([...snapshot, ...waiting.splice(0, count)]));
    timer = waiting.length > 0 ? setTimeout(showSome, period) : undefined;
  };
  return {
    add(stream, text) {
      for (let at = 0; at < text.length; at += charactersAtOnce) {
        const part = plainText(text.slice(at, at + charactersAtOnce));
        waiting.push({ key: nextKey, stream, text: part });
        nextKey += 1;
      }
      // What would be pushed out before anybody has read it need not wait.
      if (waiting.length > logLimits.lines) waiting = waiting.slice(-logLimits.lines);
      timer ??= setTimeout(showSome, period);
    },
    clear() {
      waiting = [];
      clearTimeout(timer);
      timer = undefined;
      publish([]);
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

/** The last entries, as many as are kept; of the first of them, the last lines. */
function newest(entries: readonly LogEntry[]): readonly LogEntry[] {
  let { lines, characters } = logLimits as { lines: number; characters: number };
  const kept: LogEntry[] = [];
  for (const entry of entries.toReversed()) {
    const all = entry.text.replace(/\n$/, "").split("\n");
    const text = all.length <= lines ? entry.text : `${all.slice(-lines).join("\n")}\n`;
    lines -= all.length;
    characters -= text.length;
    if (characters < 0) break;
    kept.push(text === entry.text ? entry : { ...entry, text });
    if (lines <= 0) break;
  }
  return kept.reverse();
}
