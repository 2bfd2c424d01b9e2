import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { freePort as portThatIsFree } from "../../packages/server/src/testing/free-port.ts";

/** Starts `portafilter run` as a process, and resolves with the address it prints. */
export async function startServer(
  env: Record<string, string>,
): Promise<{ address: string; child: ChildProcess; stop: () => Promise<number | null> }> {
  const child = spawn("node", ["packages/cli/src/main.ts", "run"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const address = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const ready = /^Portafilter is ready at (\S+)$/.exec(line)?.[1];
      if (ready === undefined) console.log(`  server: ${line}`);
      else resolve(ready);
    });
    void exited.then(([code]) => {
      reject(new Error(`The server ended with code ${String(code)} before it was ready.`));
    });
  });
  return {
    address,
    child,
    async stop() {
      child.kill("SIGTERM");
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

/** A port that was free a moment ago, as a setting. */
export async function freePort(): Promise<string> {
  return String(await portThatIsFree());
}
