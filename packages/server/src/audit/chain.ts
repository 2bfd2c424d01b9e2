import { encodeFields } from "./encoding.ts";
import { type AuditKey, macOf, sameMac } from "./hash.ts";

/** An event as it stands in the list, without its MAC. */
export type Entry = Readonly<{
  userId: string;
  seq: number;
  /** Whole milliseconds since 1970. */
  at: number;
  action: string;
  app: string | null;
  secret: string | null;
  device: string | null;
}>;

/** Where a chain ends. */
export type Head = Readonly<{ userId: string; seq: number; mac: Uint8Array }>;

/** An end with its MAC. */
export type SealedHead = Head & Readonly<{ headMac: Uint8Array }>;

/** The end of a chain that has no entry yet. */
export function emptyHead(userId: string): Head {
  return { userId, seq: 0, mac: new Uint8Array(32) };
}

/** MAC of an entry, and through `previous` of all before it. */
export function entryMac(key: AuditKey, previous: Uint8Array, entry: Entry): Uint8Array {
  const { userId, seq, at, action, app, secret, device } = entry;
  const fields = ["entry", previous, userId, seq, at, action, app, secret, device];
  return macOf(key, encodeFields(fields));
}

/** MAC of a chain's end, so that it cannot be moved back without the key. */
export function headMac(key: AuditKey, { userId, seq, mac }: Head): Uint8Array {
  return macOf(key, encodeFields(["head", userId, seq, mac]));
}

/** The end with its MAC. */
export function sealHead(key: AuditKey, head: Head): SealedHead {
  return { ...head, headMac: headMac(key, head) };
}

/** Whether the database holds an end that we wrote: its number may be anything, also none. */
export function isOurHead(key: AuditKey, head: SealedHead): boolean {
  return isCount(head.seq) && sameMac(head.headMac, headMac(key, head));
}

/** Whether the database holds an entry that we wrote behind `previous`. */
export function isOurEntry(
  key: AuditKey,
  previous: Uint8Array,
  entry: Entry & Readonly<{ mac: Uint8Array }>,
): boolean {
  const isWhole = isCount(entry.seq) && isCount(entry.at);
  return isWhole && sameMac(entry.mac, entryMac(key, previous, entry));
}

/** Whether the database holds a mark that we wrote. */
export function isOurMark(
  key: AuditKey,
  { userId, at, mac }: Readonly<{ userId: string; at: number; mac: Uint8Array }>,
): boolean {
  return isCount(at) && sameMac(mac, erasedMac(key, userId, at));
}

/** What can be under a MAC as a number. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** MAC of the mark that an account's chain was deleted with the account. */
export function erasedMac(key: AuditKey, userId: string, at: number): Uint8Array {
  return macOf(key, encodeFields(["erased", userId, at]));
}
