import { readConfig } from "@portafilter/server";
import { createChildren } from "./children.ts";
import { readRunConfig } from "./config.ts";
import { Fatal } from "./fatal.ts";
import { serve } from "./serve.ts";
import { checkStart } from "./start-checks.ts";
import { aborted, stopSignal } from "./stop-signal.ts";

/**
 * Megabytes for young objects. Of those that a server keeps in memory many are young, and collecting them
 * out of Node's usual 16 MB stops everything for 6 to 13 ms (`make bench-store`). Out of so few, one thread
 * collects in less time of the processors than it takes to wake the others.
 */
const shortPauses = ["--max-semi-space-size=4", "--no-parallel-scavenge", "--use-largepages=silent"];

/**
 * Runs key server and app server as two processes until SIGINT or SIGTERM, or only the app server
 * where a key server is there already. When one of them ends by itself, the other is stopped.
 * @returns the exit code.
 * @throws Fatal when one ended after it had started well; one that could not start has said why.
 */
export async function run(say: (line: string) => void): Promise<number> {
  const settings = readRunConfig();
  if (settings.hasKeyServer) {
    await serve(say);
    return 0;
  }
  const signal = stopSignal();
  if (!(await checkStart(readConfig(settings.appServerToCheck), signal))) return 0;

  const stop = aborted(signal);
  const children = createChildren();
  const state = { isReady: false };
  const address = new Promise<string>((resolve) => {
    const command = ["keyserver", ...shortPauses];
    children.start("key server", command, settings.keyServer, (line) => {
      const ready = /^Key server is ready at (\S+)$/.exec(line)?.[1];
      if (ready === undefined) say(line);
      else resolve(ready);
    });
  });
  const first = await Promise.race([address, children.firstEnd, stop]);
  if (typeof first === "string") {
    children.start("app server", ["serve", ...shortPauses], settings.appServer(first), (line) => {
      state.isReady ||= line.startsWith("Portafilter is ready");
      say(line);
    });
  }
  const end = await Promise.race([children.firstEnd, stop]);
  await children.stop();
  if (end === undefined) return 0;
  if (end.how === 1 && !state.isReady) return 1;
  throw new Fatal(`The ${end.name} ended by itself (${end.how}), so Portafilter stopped.`);
}
