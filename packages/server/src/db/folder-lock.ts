import { lutimesSync } from "node:fs";
import { lstat, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { UnusableDatabase } from "./faults.ts";
import { isAlive, ownIdentity } from "./process-identity.ts";

const released = "released";
const holder = z.object({
  pid: z.number(),
  began: z.string(),
  table: z.string(),
  command: z.string(),
  since: z.string(),
});
type Holder = z.output<typeof holder>;

/** A folder that is ours until it is released. */
export type FolderLock = Readonly<{ release(): Promise<void> }>;

/** Milliseconds between two signs of life, and how long one is waited for where no process can be asked. */
export type Beat = Readonly<{ every: number; patience: number }>;
const usualBeat: Beat = { every: 2_000, patience: 20_000 };

/**
 * Takes a folder for this process, or refuses. The lock is a folder beside it, `<folder>.lock`, of
 * symbolic links named 1, 2, 3 …, whose target says who made it: a link is made with its content at
 * once or not at all. The highest number holds. Whoever finds the highest one's process dead makes the
 * next number, which only one of several can. Numbers below one's own are tidied away; the highest stays,
 * after its release too, so that no number is ever used twice by processes that know of each other.
 *
 * @throws UnusableDatabase naming the holder when another process has it.
 */
export async function lockFolder(folder: string, beat = usualBeat): Promise<FolderLock> {
  const locks = `${folder}.lock`;
  await mkdir(locks, { recursive: true, mode: 0o700 });
  for (;;) {
    const highest = (await numbersIn(locks)).at(-1) ?? 0;
    if (highest > 0) await requireFree(folder, join(locks, `${highest}`), beat);
    const own = join(locks, `${highest + 1}`);
    if (!(await makeLink(own))) continue;
    const all = await numbersIn(locks);
    if (all.at(-1) !== highest + 1) {
      // While we looked, others took it, left it, and tidied up behind themselves.
      await rm(own, { force: true });
      continue;
    }
    for (const lower of all.slice(0, -1)) await rm(join(locks, `${lower}`), { force: true });
    return held(own, beat);
  }
}

function held(own: string, { every }: Beat): FolderLock {
  const beating = setInterval(() => {
    const now = new Date();
    try {
      lutimesSync(own, now, now);
    } catch {
      // Somebody removed the folder: there is nothing left to guard.
    }
  }, every);
  beating.unref();
  return {
    async release() {
      clearInterval(beating);
      await symlink(released, `${own}.released`);
      await rename(`${own}.released`, own);
    },
  };
}

/** Returns when whoever made the lock has released it, or is dead. */
async function requireFree(folder: string, lock: string, beat: Beat): Promise<void> {
  const target = await readlink(lock).catch(absent);
  if (target === released || target === undefined) return;
  const by = holderIn(target, lock);
  const alive = isAlive(by) ?? (await beats(lock, beat));
  if (!alive) return;
  throw new UnusableDatabase(
    `${folder} is in use by process ${by.pid} (${by.command}) since ${by.since}: stop it, or set another DATA_DIR.`,
  );
}

function holderIn(target: string, lock: string): Holder {
  try {
    return holder.parse(JSON.parse(target));
  } catch (cause) {
    throw new UnusableDatabase(
      `${lock} cannot be understood: remove it when nothing else uses the folder.`,
      { cause },
    );
  }
}

/** Whether a process that cannot be asked, on another machine or in another container, shows that it lives. */
async function beats(lock: string, { every, patience }: Beat): Promise<boolean> {
  const time = async () => (await lstat(lock).catch(absent))?.mtimeMs;
  const first = await time();
  for (let waited = 0; waited < patience; waited += every) {
    await setTimeout(every);
    if ((await time()) !== first) return true;
  }
  return false;
}

function absent(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}

async function makeLink(path: string): Promise<boolean> {
  const own: Holder = {
    ...ownIdentity(),
    command: process.argv.slice(1, 3).join(" "),
    since: new Date().toISOString(),
  };
  try {
    await symlink(JSON.stringify(own), path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function numbersIn(locks: string): Promise<number[]> {
  const names = await readdir(locks);
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
