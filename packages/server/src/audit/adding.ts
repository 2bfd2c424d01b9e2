import { isUniqueViolation } from "../db/faults.ts";
import { Problem } from "../problem.ts";
import type { AuditKey } from "./hash.ts";
import type { KnownEnds } from "./known-ends.ts";
import { begin, draft, extend, follow, type Refused, type Tx, type Unplaced } from "./store.ts";

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
    return await add(tx, key, await addBehind(tx, key, events, known), known);
  } catch (cause) {
    if (isUniqueViolation(cause, "audit_pkey")) throw new Problem("integrity_failure", { cause });
    throw cause;
  }
}

/**
 * Adds what it can behind known ends, in one statement. @returns the rest. Of several accounts that is all:
 * their ends are locked in one order, and to hold one and wait for another would be a deadlock.
 */
async function addBehind(
  tx: Tx,
  key: AuditKey,
  events: readonly Unplaced[],
  known: KnownEnds,
): Promise<readonly Unplaced[]> {
  const ends = known.of(events);
  for (const { userId } of events) known.drop(userId);
  const accounts = new Set(events.map(({ userId }) => userId));
  if (ends.size === 0 || accounts.size > 1) return events;
  const drafted = draft(key, events, ends);
  const added = await follow(tx, drafted);
  for (const end of drafted.ends) if (added.has(end.userId)) known.put(end);
  return added.size === 0 ? events : [];
}

async function add(
  tx: Tx,
  key: AuditKey,
  events: readonly Unplaced[],
  known: KnownEnds,
): Promise<Refused> {
  if (events.length === 0) return { absent: new Set(), forged: new Set() };
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
