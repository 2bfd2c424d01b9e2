import { readdirSync, readFileSync } from "node:fs";

/**
 * Resident memory of the largest renderer that descends from this process, in megabytes: that of the
 * app's origin, with Python in it. Linux only.
 */
export function largestRenderer(): number {
  const parents = new Map<number, number>();
  const sizes: number[] = [];
  const ours = (id: number): boolean => {
    const parent = parents.get(id);
    return parent !== undefined && (parent === process.pid || ours(parent));
  };
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    const parent = /^PPid:\s+(\d+)$/m.exec(read(`/proc/${id}/status`))?.[1];
    if (parent !== undefined) parents.set(Number(id), Number(parent));
  }
  for (const id of processes) {
    if (!ours(Number(id)) || !read(`/proc/${id}/cmdline`).includes("--type=renderer")) continue;
    sizes.push(Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${id}/status`))?.[1] ?? 0) / 1000);
  }
  return Math.max(...sizes);
}

/** Nothing for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
