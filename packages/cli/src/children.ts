import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

/** How a process ended: by which name it goes, and its exit code or the signal that ended it. */
export type Ending = Readonly<{ name: string; how: number | NodeJS.Signals }>;

/** Processes that live and end together. */
export type Children = Readonly<{
  start: (
    name: string,
    command: readonly string[],
    env: NodeJS.ProcessEnv,
    onLine: (line: string) => void,
  ) => void;
  /** The first that ended. */
  firstEnd: Promise<Ending>;
  /** Tells each to stop and waits until it has, the youngest first. */
  stop: () => Promise<void>;
}>;

/** Longer than a server gives answers that are under way; then it is ended by force. */
const patience = 10_000;

/**
 * Starts commands of this program as processes. Each is in a process group of its own, so that Ctrl-C
 * in a terminal does not reach it past us, and ends when its channel to this process closes, however
 * this process ended (`stop-signal.ts`). What they write to standard error goes where ours does.
 */
export function createChildren(): Children {
  const first = Promise.withResolvers<Ending>();
  const stops: (() => Promise<void>)[] = [];
  return {
    start(name, [command = "", ...nodeOptions], env, onLine) {
      const child = spawn(process.execPath, [...nodeOptions, main, command], {
        env,
        detached: true,
        stdio: ["ignore", "pipe", "inherit", "ipc"],
      });
      if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", onLine);
      // `close`, not `exit`: its last lines are to be read.
      const ended = once(child, "close").then(([code, signal]: unknown[]) => {
        first.resolve({ name, how: (code ?? signal) as Ending["how"] });
      }, first.reject);
      stops.unshift(async () => {
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), patience);
        await ended;
        clearTimeout(timer);
      });
    },
    firstEnd: first.promise,
    async stop() {
      for (const one of stops) await one();
    },
  };
}
