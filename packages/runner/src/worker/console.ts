import { type FrameMessage, limits } from "@portafilter/protocol";

export type Stream = "stdout" | "stderr" | "system";
export type Output = { write: (stream: Stream, line: string) => void };

const every = 50;

/**
 * Sends output in chunks: a program that prints in a loop must not flood the host page. While Python
 * blocks the worker no timer runs, so a chunk is also sent when the last one is old enough.
 */
export function createConsole(post: (message: FrameMessage) => void): Output {
  let stream: Stream = "stdout";
  let text = "";
  let sent = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    sent = performance.now();
    if (text === "") return;
    post({ v: 1, type: "app.console", stream, text: text.slice(0, limits.consoleText) });
    text = "";
  };
  return {
    write(to, line) {
      if (to !== stream) flush();
      stream = to;
      text += `${line}\n`;
      if (text.length > limits.consoleText / 4 || performance.now() - sent > every) flush();
      else timer ??= setTimeout(flush, every);
    },
  };
}
