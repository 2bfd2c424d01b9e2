import { budgets, consoleMessageCost, type FrameMessage, limits } from "@portafilter/protocol";

export type Stream = "stdout" | "stderr" | "system";
export type Output = {
  write: (stream: Stream, line: string) => void;
  /** Sends what waits to be sent with more. */
  flush: () => void;
};

const every = 50;

/** Characters a second that go out: what the host page takes. Nobody reads as fast as a loop prints. */
const { perSecond } = budgets["app.console"];

/**
 * Sends output in chunks: a program that prints in a loop must not flood the host page. While Python
 * blocks the worker no timer runs, so a chunk is also sent when the last one is old enough. What is too
 * much for a second is left out, and that is said.
 */
export function createConsole(post: (message: FrameMessage) => void): Output {
  let stream: Stream = "stdout";
  let text = "";
  let sent = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let second = performance.now();
  let room = perSecond;
  let leftOut = 0;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    sent = performance.now();
    if (text === "") return;
    post({ v: 1, type: "app.console", stream, text: text.slice(0, limits.consoleText) });
    text = "";
    room -= consoleMessageCost;
  };
  const beginSecond = () => {
    second = performance.now();
    room = perSecond;
    if (leftOut === 0) return;
    flush();
    const lines = leftOut === 1 ? "1 line was" : `${leftOut} lines were`;
    post({
      v: 1,
      type: "app.console",
      stream: "system",
      text: `${lines} left out: the app printed faster than can be shown.\n`,
    });
    leftOut = 0;
    room -= consoleMessageCost;
  };
  const leaveOut = () => {
    // For a program that prints no more: its last lines count, too.
    if (leftOut === 0) setTimeout(beginSecond, 1_000);
    leftOut += 1;
  };
  return {
    flush,
    write(to, line) {
      if (performance.now() - second > 1_000) beginSecond();
      const length = Math.min(line.length, limits.consoleText) + 1;
      if (length > room) {
        leaveOut();
        return;
      }
      room -= length;
      if (to !== stream) flush();
      stream = to;
      text += `${line}\n`;
      if (text.length > limits.consoleText / 4 || performance.now() - sent > every) flush();
      else timer ??= setTimeout(flush, every);
    },
  };
}
