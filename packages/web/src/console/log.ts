import type { FrameMessage } from "@portafilter/protocol";
import { plainText } from "../text/plain-text.ts";

/** What a browser lays out within a few frames of the screen. The oldest goes when there is more. */
export const logLimits = { lines: 2_000, characters: 200_000 } as const;

/** Characters that are drawn anew at once: some take a browser long to lay out. */
const charactersAtOnce = 8 * 1024;

/** Longer text is several entries: the time that a browser takes for one grows with the square of its length. */
const entryLength = 2 * 1024;

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
    // What would be pushed out before anybody has read it need not wait.
    waiting = [...newest(waiting)];
    let count = 0;
    for (let room = charactersAtOnce; room > 0 && count < waiting.length; count += 1)
      room -= waiting[count]?.text.length ?? 0;
    publish(newest([...snapshot, ...waiting.splice(0, count)]));
    timer = waiting.length > 0 ? setTimeout(showSome, period) : undefined;
  };
  return {
    add(stream, text) {
      for (const part of partsOf(plainText(text))) {
        waiting.push({ key: nextKey, stream, text: part });
        nextKey += 1;
      }
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

/** `text` cut at ends of lines, or wherever a line goes on for too long. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let rest = text; rest !== ""; ) {
    let length = entryLength;
    if (rest.length > length) {
      const lines = rest.slice(0, length).lastIndexOf("\n") + 1;
      // Both halves of a character stay together.
      const whole = /[\ud800-\udbff]/.test(rest[length - 1] ?? "") ? length - 1 : length;
      length = lines > 0 ? lines : whole;
    }
    parts.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return parts;
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
