import type { Database } from "../db/database.ts";
import { Problem } from "../problem.ts";
import { addAll, addBehind, problemOf } from "./adding.ts";
import { groupCommit } from "./group.ts";
import type { AuditKey } from "./hash.ts";
import type { KnownEnds } from "./known-ends.ts";
import { type Draft, extend, follow, type Refused, type Unplaced } from "./store.ts";

type Ports = Readonly<{
  db: Pick<Database, "kysely" | "transaction">;
  key: AuditKey;
  known: KnownEnds;
  /** Told how many events one transaction wrote. */
  onBatch: (events: number) => void;
}>;

export type Recorder = Readonly<{
  /**
   * Writes events of all accounts in common transactions: what follows on an end that is known in one
   * statement, the rest in one that looks the ends up first. An account whose chain somebody else holds, or
   * that has none yet, gets transactions of its own, so that no account makes others wait. So do all of a
   * batch that the database refused, so that nobody fails for another's rows.
   */
  record: (event: Unplaced) => Promise<void>;
  /** Writes what follows on known ends by the statement of the caller; as `Audit.along`. */
  along: (
    events: readonly Unplaced[],
    write: (draft: Draft) => Promise<ReadonlySet<string>>,
  ) => Promise<ReadonlySet<string>>;
}>;

export function createRecorder({ db, key, known, onBatch }: Ports): Recorder {
  const lanes = new Map<string, (event: Unplaced) => Promise<void>>();

  /** One transaction at a time for one account. */
  function laneOf(userId: string): (event: Unplaced) => Promise<void> {
    const running = lanes.get(userId);
    if (running !== undefined) return running;
    let under = 0;
    const write = groupCommit<Unplaced>(async (events) => {
      const refused = await db.transaction((tx) => addAll(tx, key, events, known));
      onBatch(events.length);
      return (event) => problemOf(refused, event.userId);
    });
    const lane = async (event: Unplaced) => {
      under += 1;
      await write(event).finally(() => {
        under -= 1;
        if (under === 0) lanes.delete(userId);
      });
    };
    lanes.set(userId, lane);
    return lane;
  }

  /** Counts what was written. */
  function counted(events: readonly Unplaced[], written: ReadonlySet<string>): ReadonlySet<string> {
    if (written.size > 0) onBatch(events.filter(({ userId }) => written.has(userId)).length);
    return written;
  }

  const along: Recorder["along"] = async (events, write) =>
    counted(events, await addBehind(key, events, known, write));

  async function behindFound(events: readonly Unplaced[]): Promise<Outcome> {
    let refused: Refused = { absent: new Set(), forged: new Set() };
    const written = await known.moving(events, async () => {
      const { ends, ...rest } = await db.transaction((tx) => extend(tx, key, events, "skip"));
      refused = rest;
      return ends;
    });
    counted(events, written);
    return (event) =>
      refused.absent.has(event.userId) ? alone(event) : problemOf(refused, event.userId);
  }

  const alone: Outcome = (event) => laneOf(event.userId)(event);
  /** When the database refuses a statement, a row of one account is in the way. */
  const unlessRefused = (error: unknown): Outcome => {
    if (error instanceof Problem) return () => error;
    return alone;
  };

  const record = groupCommit<Unplaced>(async (events) => {
    let written: ReadonlySet<string>;
    try {
      written = await along(events, (drafted) => follow(db.kysely, drafted));
    } catch (error) {
      return unlessRefused(error);
    }
    const rest = events.filter(({ userId }) => !written.has(userId));
    if (rest.length === 0) return () => null;
    const ofRest = await behindFound(rest).catch(unlessRefused);
    return (event) => (written.has(event.userId) ? null : ofRest(event));
  });

  return { record, along };
}

/** What became of an event: nothing when it is written, a refusal, or a promise of either. */
type Outcome = (event: Unplaced) => Problem | null | Promise<void>;
