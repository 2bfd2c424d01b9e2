import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const serve = fileURLToPath(new URL("./serve.ts", import.meta.url));

/** A key server as a process of its own. */
export type ServerProcess = {
  readonly address: string;
  /** Resident memory in MB, now and at most, as Linux tells it. */
  memory(): { readonly now: number; readonly most: number };
  /** Ends it without a word. */
  kill(): Promise<void>;
};

/** Starts one in a folder, on any port. */
export async function startProcess(
  folder: string,
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [serve], {
    env: { DATA_DIR: folder, KEYSERVER_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const [address] = (await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    gone.then(([code]) => {
      throw new Error(`the key server did not start: ${String(code)}`);
    }),
  ])) as string[];
  return {
    address: address ?? "",
    memory: () => {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, "utf8");
      const of = (name: string) =>
        Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
      return { now: of("VmRSS"), most: of("VmHWM") };
    },
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
