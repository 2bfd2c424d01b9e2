import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** A folder that goes with the test. */
export async function temporaryFolder(name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), `portafilter-${name}-`));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A package source that never answers, so that a server keeps fetching, and when it is first asked. */
export async function silentSource() {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const source = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  return {
    settings: { PIP_INDEX_URL: source, PYODIDE_CDN: source },
    isFetching: once(silent, "connection"),
  };
}

/**
 * Starts a command with these settings and no others, where everybody may do everything with what is made
 * unless it says otherwise. Whoever starts it ends it.
 */
export function startCommand(args: readonly string[], settings: Record<string, string>) {
  const command = [process.execPath, main, ...args];
  const child = spawn("/bin/sh", ["-c", 'umask 0; exec "$@"', "sh", ...command], {
    env: { PATH: dirname(process.execPath), ...settings },
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (part: string) => (said.out += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (said.err += part));
  const ended = once(child, "close") as Promise<[number | null]>;
  return { child, said, code: async () => (await ended)[0] };
}

/** Files and folders in a data folder that anybody but their owner may do anything with, and their modes. */
export async function openToOthers(dir: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(dir, { recursive: true })) {
    const { mode } = await stat(join(dir, name));
    if ((mode & 0o077) !== 0) found.push(`${(mode & 0o777).toString(8)} ${name}`);
  }
  return found;
}

/** Runs a command to its end. `said` is all that it printed. */
export async function runCommand(args: readonly string[], settings: Record<string, string>) {
  const { said, code } = startCommand(args, settings);
  const exitCode = await code();
  return { code: exitCode, said: said.out + said.err, ...said };
}
