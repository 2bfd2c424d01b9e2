import { readFileSync, readlinkSync } from "node:fs";

/** Which process this is, so that another one can tell whether it is still there. */
export type ProcessIdentity = Readonly<{
  pid: number;
  /** When it began, in ticks since the machine's start: a pid alone is given to another program in time. */
  began: string;
  /** Which table of processes the pid is from: the machine's start, and the container. Empty where unknown. */
  table: string;
}>;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, began: beginOf(process.pid), table: ownTable() };
}

/** Whether a process lives, or undefined where it cannot be told from here: it is another machine's or container's. */
export function isAlive({ pid, began, table }: ProcessIdentity): boolean | undefined {
  if (table !== ownTable()) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
  }
  return began === beginOf(pid);
}

function ownTable(): string {
  const machine = orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return machine === "" ? "" : `${machine} ${orEmpty(() => readlinkSync("/proc/self/ns/pid"))}`;
}

/** Field 22 of /proc/pid/stat; the name before it may hold spaces and parentheses. Empty where there is no /proc. */
function beginOf(pid: number): string {
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A process that ended and that nobody has asked about yet is gone for our purposes.
  return fields[0] === "Z" ? "ended" : (fields[19] ?? "");
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
