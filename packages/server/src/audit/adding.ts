import { isUniqueViolation } from "../db/faults.ts";
import { Problem } from "../problem.ts";
import type { AuditKey } from "./hash.ts";
import type { KnownEnds } from "./known-ends.ts";
import {
  begin,
  type Draft,
  draft,
  extend,
  follow,
  type Refused,
  type Tx,
  type Unplaced,
} from "./store.ts";

/**
 * Adds events in a transaction, beginning the chains that are not there yet.
 * @throws Problem `integrity_failure` when there are rows after the end of a chain.
 */
export async function addAll(
  tx: Tx,
  key: AuditKey,
  events: readonly Unplaced[],
  known: KnownEnds,
): Promise<Refused> {
  try {
    return await add(tx, key, await addFirst(tx, key, events, known), known);
  } catch (cause) {
    if (isUniqueViolation(cause, "audit_pkey")) throw new Problem("integrity_failure", { cause });
    throw cause;
  }
}

/**
 * Adds what follows on known ends, by the statement of the caller, which tells whose it added.
 * @returns those accounts.
 */
export function addBehind(
  key: AuditKey,
  events: readonly Unplaced[],
  known: KnownEnds,
  write: (draft: Draft) => Promise<ReadonlySet<string>>,
): Promise<ReadonlySet<string>> {
  const ends = known.of(events);
  const those = events.filter(({ userId }) => ends.has(userId));
  return known.moving(those, async () => {
    const drafted = draft(key, those, ends);
    const added = await write(drafted);
    return drafted.ends.filter(({ userId }) => added.has(userId));
  });
}

/**
 * Adds behind a known end. @returns the rest. Of several accounts that is all: their ends are locked in one
 * order, and to hold one and wait for another would be a deadlock.
 */
async function addFirst(
  tx: Tx,
  key: AuditKey,
  events: readonly Unplaced[],
  known: KnownEnds,
): Promise<readonly Unplaced[]> {
  const accounts = new Set(events.map(({ userId }) => userId));
  if (accounts.size > 1) return events;
  const added = await addBehind(key, events, known, (drafted) => follow(tx, drafted));
  return added.size === 0 ? events : [];
}

async function add(
  tx: Tx,
  key: AuditKey,
  events: readonly Unplaced[],
  known: KnownEnds,
): Promise<Refused> {
  if (events.length === 0) return { absent: new Set(), forged: new Set() };
  for (const { userId } of events) known.drop(userId);
  const first = await extend(tx, key, events, "wait");
  for (const end of first.ends) known.put(end);
  if (first.absent.size === 0) return first;
  await begin(tx, key, [...first.absent]);
  const rest = events.filter(({ userId }) => first.absent.has(userId));
  const second = await extend(tx, key, rest, "wait");
  for (const end of second.ends) known.put(end);
  return { absent: second.absent, forged: new Set([...first.forged, ...second.forged]) };
}

/** Why an account's events were not written; null when they were. */
export function problemOf({ absent, forged }: Refused, userId: string): Problem | null {
  if (forged.has(userId)) return new Problem("integrity_failure");
  return absent.has(userId) ? new Problem("signed_out") : null;
}
