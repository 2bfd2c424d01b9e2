import { sha256Of } from "../hash.ts";
import { bytesOfSecretId, secretIdOf } from "./token.ts";

/** What the head says about a secret. */
export type Entry = Readonly<{
  /** The version in use. */
  latest: number;
  /** The first one that is kept. */
  oldest: number;
  /** {@link digestOf} name, record in use and grants: 32 bytes in hexadecimal. */
  digest: string;
}>;

/** The version head of a user: every secret by its id. */
export type Contents = ReadonlyMap<string, Entry>;

/**
 * An app that may have the secret; `until` in milliseconds of the epoch, null without an end. `loads`: the
 * digest of what it must have loaded; null where that was not asked, and then it is asked for again.
 */
export type Allowance = Readonly<{ app: string; until: number | null; loads: string | null }>;

/** Whether an end has come; null is none. */
export function isOver(until: Allowance["until"], at: number): boolean {
  return until !== null && until <= at;
}

const format = 1;
const idLength = 16;
const digestLength = 32;
const isDigest = (text: string) => /^[0-9a-f]{64}$/.test(text);
/** A thousand of these fit one record of 64 KiB. */
const entryLength = idLength + 4 + 4 + digestLength;
const encoder = new TextEncoder();

/**
 * The list as bytes: a format number, then 56 bytes for each secret (id, latest, oldest, digest; integers
 * big-endian), ascending by id. One list has one form.
 * @throws RangeError for what cannot be an entry.
 */
export function formatContents(contents: Contents): Uint8Array {
  const bytes = Buffer.alloc(1 + contents.size * entryLength);
  bytes[0] = format;
  const entries = [...contents].map(([id, entry]) => ({ id: bytesOfSecretId(id), ...entry }));
  const sorted = entries.toSorted((a, b) => Buffer.compare(a.id ?? bytes, b.id ?? bytes));
  let at = 1;
  for (const { id, latest, oldest, digest } of sorted) {
    if (id === null || !isDigest(digest) || !isRange(oldest, latest)) {
      throw new RangeError("not an entry of a version head");
    }
    bytes.set(id, at);
    bytes.writeUInt32BE(latest, at + idLength);
    bytes.writeUInt32BE(oldest, at + idLength + 4);
    bytes.write(digest, at + idLength + 8, "hex");
    at += entryLength;
  }
  return bytes;
}

/** The inverse of {@link formatContents}. Pure and total; null for everything that it cannot have made. */
export function parseContents(bytes: Uint8Array): Contents | null {
  if (bytes[0] !== format || (bytes.length - 1) % entryLength !== 0) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const contents = new Map<string, Entry>();
  let previous: Uint8Array | null = null;
  for (let at = 1; at < bytes.length; at += entryLength) {
    const id = bytes.subarray(at, at + idLength);
    if (previous !== null && Buffer.compare(previous, id) >= 0) return null;
    previous = id;
    const latest = view.readUInt32BE(at + idLength);
    const oldest = view.readUInt32BE(at + idLength + 4);
    if (!isRange(oldest, latest)) return null;
    const digest = view.toString("hex", at + idLength + 8, at + entryLength);
    contents.set(secretIdOf(id), { latest, oldest, digest });
  }
  return contents;
}

function isRange(oldest: number, latest: number): boolean {
  return oldest >= 1 && oldest <= latest && latest <= 0xffff_ffff && Number.isInteger(latest);
}

/**
 * Vouches for what the rows of a secret say besides its versions: the name, which record is in use (by
 * its salt, which no other record has) and who may have it. SHA-256 over fields behind their lengths, the
 * grants in the order of their apps; in hexadecimal. A grant of before there were digests of packages has the
 * field that it had then. `digest` in `rows/columns.ts` is the same in SQL.
 */
export function digestOf(
  secret: Readonly<{ name: string; salt: Uint8Array; grants: readonly Allowance[] }>,
): string {
  const fields: Uint8Array[] = [];
  const add = (field: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    fields.push(length, field);
  };
  add(encoder.encode(secret.name));
  add(secret.salt);
  const grants = secret.grants.toSorted((a, b) => (a.app < b.app ? -1 : 1));
  for (const { app, until, loads } of grants) {
    add(encoder.encode(app));
    const end = until === null ? "" : String(until);
    add(encoder.encode(loads === null ? end : `${end} ${loads}`));
  }
  return sha256Of(Buffer.concat(fields));
}
