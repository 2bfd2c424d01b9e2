import type { Log } from "../log.ts";
import type { Db } from "./store.ts";
import { noteUses } from "./store.ts";

/** A grant that was used. */
export type GrantUse = Readonly<{ secretId: string; app: string; at: number }>;

/**
 * When grants were last used, written a little later and many at once: a read costs no write of its own.
 * What a crash takes away is in the audit.
 */
export type LastUses = Readonly<{
  note: (use: GrantUse) => void;
  /**
   * Returns when what was noted is written, whoever began to write it. Never rejects: these are for people
   * to read, and nothing depends on them.
   */
  flush: () => Promise<void>;
}>;

/** Milliseconds for which a use may stay unwritten. */
const delay = 2_000;
/** How many are written by one statement, so that those who ask meanwhile do not wait for thousands. */
const portion = 200;

export function createLastUses(db: Readonly<{ kysely: Db }>, log: Pick<Log, "warn">): LastUses {
  let noted = new Map<string, GrantUse>();
  let timer: NodeJS.Timeout | undefined;
  let written: Promise<unknown> = Promise.resolve();

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    written = Promise.all([written, write()]);
    await written;
  }

  async function write(): Promise<void> {
    if (noted.size === 0) return;
    const uses = [...noted.values()];
    noted = new Map();
    try {
      while (uses.length > 0) {
        await noteUses(db.kysely, uses.slice(0, portion));
        uses.splice(0, portion);
      }
    } catch (error) {
      log.warn({ err: error, uses: uses.length }, "last uses of grants were not written");
    }
  }

  return {
    note(use) {
      noted.set(`${use.secretId} ${use.app}`, use);
      timer ??= setTimeout(() => void flush(), delay).unref();
    },
    flush,
  };
}
