import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/**
 * Runs a script to its end in a process that the system lets write no file beyond a size, which needs no
 * rights and no disk of its own: to the program it is a disk that takes no more.
 * @param kibibytes - where a file must end. The log of a new database is written from 7 MiB on.
 */
export async function runLimited(
  kibibytes: number,
  script: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ output: string; errors: string; code: number | null }> {
  // POSIX counts in blocks of 512 bytes.
  const limited = `ulimit -f ${2 * kibibytes} && exec "$0" "$@"`;
  const child = spawn("/bin/sh", ["-c", limited, process.execPath, ...script], { env });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { output, errors, code };
}
