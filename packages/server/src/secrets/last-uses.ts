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
   * What the database may not know at this moment, so that whoever reads it waits for no write. To be
   * called before the reading, else what is written in between is in neither.
   */
  unwritten: () => (secretId: string, app: string) => number | null;
  /**
   * Writes when one grant was last used, for its end to keep. Once it returns, nothing that was noted of
   * this grant before is still to be written. Never rejects.
   */
  settle: (secretId: string, app: string) => Promise<void>;
  /**
   * Returns when all that was noted is written. Never rejects: these are for people to read, and nothing
   * depends on them.
   */
  flush: () => Promise<void>;
}>;

/** Milliseconds for which a use may stay unwritten. */
const delay = 2_000;
/** How many are written by one statement, so that whoever settles one of them waits for no more. */
const portion = 200;

/** Writes with one statement at a time, however slow, beside those that settle. */
export function createLastUses(db: Readonly<{ kysely: Db }>, log: Pick<Log, "warn">): LastUses {
  let noted = new Map<string, GrantUse>();
  let writing = new Map<string, GrantUse>();
  let statement = Promise.resolve();
  let written = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function flush(): Promise<void> {
    written = written.then(write);
    return written;
  }

  async function write(): Promise<void> {
    // Not before: until now, what is noted goes along.
    clearTimeout(timer);
    timer = undefined;
    writing = noted;
    noted = new Map();
    const keys = [...writing.keys()];
    while (keys.length > 0) {
      const uses = keys.slice(0, portion).flatMap((key) => writing.get(key) ?? []);
      try {
        statement = noteUses(db.kysely, uses);
        await statement;
      } catch (error) {
        warn(error, keys.length);
        break;
      }
      keys.splice(0, portion);
    }
    writing = new Map();
  }

  function warn(error: unknown, uses: number): void {
    log.warn({ err: error, uses }, "last uses of grants were not written");
  }

  return {
    note(use) {
      noted.set(keyOf(use.secretId, use.app), use);
      timer ??= setTimeout(() => void flush(), delay).unref();
    },

    unwritten() {
      const both = [noted, writing];
      return (secretId, app) => {
        const key = keyOf(secretId, app);
        return both.map((uses) => uses.get(key)).find((use) => use !== undefined)?.at ?? null;
      };
    },

    async settle(secretId, app) {
      const key = keyOf(secretId, app);
      const use = noted.get(key) ?? writing.get(key);
      if (use === undefined) return;
      noted.delete(key);
      try {
        // One that fails is told by who began it.
        if (writing.delete(key)) await statement.catch(() => undefined);
        await noteUses(db.kysely, [use]);
      } catch (error) {
        warn(error, 1);
      }
    },

    flush,
  };
}

function keyOf(secretId: string, app: string): string {
  return `${secretId} ${app}`;
}
