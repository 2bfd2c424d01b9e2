import type { Database } from "../db/database.ts";
import { isUniqueViolation } from "../db/faults.ts";
import { Problem } from "../problem.ts";
import { groupCommit } from "./group.ts";
import type { AuditKey } from "./hash.ts";
import { begin, extend, type Refused, type Tx, type Unplaced } from "./store.ts";

type Ports = Readonly<{
  db: Pick<Database, "transaction">;
  key: AuditKey;
  /** Told how many events one transaction wrote. */
  onBatch: (events: number) => void;
}>;

/**
 * Writes events of all accounts in common transactions. An account whose chain somebody else holds, or
 * that has none yet, gets transactions of its own, so that no account makes others wait. So do all of a
 * batch that the database refused, so that nobody fails for another's rows.
 */
export function createRecorder({ db, key, onBatch }: Ports): (event: Unplaced) => Promise<void> {
  const lanes = new Map<string, (event: Unplaced) => Promise<void>>();

  /** One transaction at a time for one account. */
  function laneOf(userId: string): (event: Unplaced) => Promise<void> {
    const known = lanes.get(userId);
    if (known !== undefined) return known;
    let under = 0;
    const write = groupCommit<Unplaced>(async (events) => {
      const refused = await db.transaction((tx) => addAll(tx, key, events));
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

  /** Undefined when the database refused the statement: a row of one account is in the way. */
  const together = (events: readonly Unplaced[]): Promise<Refused | undefined> =>
    db
      .transaction((tx) => extend(tx, key, events, "skip"))
      .catch((error: unknown) => {
        if (error instanceof Problem) throw error;
        return undefined;
      });

  return groupCommit<Unplaced>(async (events) => {
    const refused = await together(events);
    if (refused === undefined) return (event) => laneOf(event.userId)(event);
    const { absent, forged } = refused;
    onBatch(events.filter(({ userId }) => !absent.has(userId) && !forged.has(userId)).length);
    return (event) =>
      absent.has(event.userId)
        ? laneOf(event.userId)(event)
        : problemOf({ absent, forged }, event.userId);
  });
}

/**
 * Adds events in a transaction, beginning the chains that are not there yet.
 * @throws Problem `integrity_failure` when there are rows after the end of a chain.
 */
export async function addAll(tx: Tx, key: AuditKey, events: readonly Unplaced[]): Promise<Refused> {
  return add(tx, key, events).catch((cause: unknown) => {
    if (isUniqueViolation(cause, "audit_pkey")) throw new Problem("integrity_failure", { cause });
    throw cause;
  });
}

async function add(tx: Tx, key: AuditKey, events: readonly Unplaced[]): Promise<Refused> {
  const first = await extend(tx, key, events, "wait");
  if (first.absent.size === 0) return first;
  await begin(tx, key, [...first.absent]);
  const rest = events.filter(({ userId }) => first.absent.has(userId));
  const second = await extend(tx, key, rest, "wait");
  return { absent: second.absent, forged: new Set([...first.forged, ...second.forged]) };
}

/** Why an account's events were not written; null when they were. */
export function problemOf({ absent, forged }: Refused, userId: string): Problem | null {
  if (forged.has(userId)) return new Problem("integrity_failure");
  return absent.has(userId) ? new Problem("signed_out") : null;
}
