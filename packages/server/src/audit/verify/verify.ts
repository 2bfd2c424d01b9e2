import type { Database } from "../../db/database.ts";
import { emptyHead, isCount, isOurEntry, isOurHead, isOurMark } from "../chain.ts";
import { type AuditKey, sameMac } from "../hash.ts";
import type { Anchor, Anchored } from "./anchor.ts";
import {
  allHeads,
  allMarks,
  headless,
  headOfUser,
  listless,
  rowsOf,
  type StoredHead,
} from "./store.ts";

/** The first place where an account's chain is not what was written. */
export type Finding = Readonly<{ userId: string; seq: number; what: string }>;

/** What a verification found; `anchor` is what the next one compares with. */
export type Verified = Readonly<{
  chains: number;
  entries: number;
  findings: readonly Finding[];
  anchor: Anchor;
}>;

type Ports = Readonly<{ db: Pick<Database, "kysely">; key: AuditKey }>;

/**
 * Walks every account's chain, while the server goes on writing.
 * @param before - what was there at the last verification, kept outside the database: it shows when
 * all of it, or a whole chain, was set back to an older state.
 */
export async function verifyAudit({ db, key }: Ports, before?: Anchor): Promise<Verified> {
  const chains = new Map<string, Anchored>();
  const erased = new Set<string>();
  const findings: Finding[] = [];
  let entries = 0;
  const find = (userId: string, seq: number, what: string) => {
    findings.push({ userId, seq, what });
  };

  for await (const head of allHeads(db.kysely)) {
    const anchored = before?.chains.get(head.userId);
    const wrong = await walk({ db, key }, head, anchored);
    if (isCount(head.seq)) {
      chains.set(head.userId, { seq: head.seq, mac: head.mac });
      entries += head.seq;
    } else if (anchored !== undefined) chains.set(head.userId, anchored);
    // An account may have been deleted while we were reading.
    if (wrong !== null && (await headOfUser(db.kysely, head.userId)) !== undefined) {
      findings.push(wrong);
    }
  }
  for await (const userId of headless(db.kysely)) find(userId, 1, "the end of the list is gone");
  for await (const userId of listless(db.kysely)) {
    find(userId, 1, "there is an account, and no list");
  }

  for await (const mark of allMarks(db.kysely)) {
    const { userId } = mark;
    if (isOurMark(key, mark)) erased.add(userId);
    else find(userId, 0, "the mark that the account was deleted is not one of ours");
  }
  for (const userId of before?.chains.keys() ?? []) {
    const isKnown = chains.has(userId) || erased.has(userId);
    const isFound = findings.some((finding) => finding.userId === userId);
    if (!isKnown && !isFound) find(userId, 1, "the whole list is gone");
  }
  for (const userId of before?.erased ?? []) {
    if (!erased.has(userId)) find(userId, 0, "the mark that the account was deleted is gone");
  }
  for (const userId of erased) {
    // Deleted between the two looks, or brought back.
    if (chains.delete(userId) && (await headOfUser(db.kysely, userId)) !== undefined) {
      find(userId, 1, "the list of a deleted account is there again");
    }
  }
  return { chains: chains.size, entries, findings, anchor: { chains, erased } };
}

async function walk(
  { db, key }: Ports,
  head: StoredHead,
  anchored: Anchored | undefined,
): Promise<Finding | null> {
  const { userId } = head;
  const found = (seq: number, what: string): Finding => ({ userId, seq, what });
  if (!isCount(head.seq)) return found(0, "the end of the list is not what was written");
  let previous = emptyHead(userId).mac;
  let seq = 0;
  for await (const row of rowsOf(db.kysely, userId, head.seq)) {
    seq += 1;
    if (row.seq !== seq) return found(seq, "an entry is missing");
    if (!isOurEntry(key, previous, row)) {
      return found(seq, "an entry is not what was written, or not in its place");
    }
    if (seq === anchored?.seq && !sameMac(row.mac, anchored.mac)) {
      return found(seq, "another entry than at the last verification");
    }
    previous = row.mac;
  }
  if (seq < head.seq) return found(seq + 1, "the last entries are missing");
  // Also where the number of the last one is none.
  if (!(head.last <= head.seq)) return found(head.seq + 1, "entries follow after the end");
  if (!sameMac(previous, head.mac) || !isOurHead(key, head)) {
    return found(head.seq, "the end of the list is not what was written");
  }
  if (head.seq < (anchored?.seq ?? 0)) {
    return found(head.seq + 1, "entries that were there at the last verification are missing");
  }
  return null;
}
