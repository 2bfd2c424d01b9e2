import { readConfig } from "@portafilter/server";
import { createChildren } from "./children.ts";
import { readRunConfig } from "./config.ts";
import { Fatal } from "./fatal.ts";
import { serve } from "./serve.ts";
import { checkStart } from "./start-checks.ts";
import { aborted, stopSignal } from "./stop-signal.ts";

/**
 * One thread collects young objects: there are so few at a time that it does so in less time of the
 * processors than it takes to wake the others, and in shorter pauses (`bench/README.md`).
 */
const quietCollector = ["--no-parallel-scavenge"];
/** Node's own code, of which a request touches much, in large pages, where the system has some: 40 MB. */
const largePages = ["--use-largepages=silent"];

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
    const command = ["keyserver", ...quietCollector];
    children.start("key server", command, settings.keyServer, (line) => {
      const ready = /^Key server is ready at (\S+)$/.exec(line)?.[1];
      if (ready === undefined) say(line);
      else resolve(ready);
    });
  });
  const first = await Promise.race([address, children.firstEnd, stop]);
  if (typeof first === "string") {
    const command = ["serve", ...quietCollector, ...largePages];
    children.start("app server", command, settings.appServer(first), (line) => {
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
