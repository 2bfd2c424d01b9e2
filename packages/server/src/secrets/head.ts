import { type DataKey, decrypt, encrypt, type KeyMark, markOf } from "@portafilter/envelope";
import type { MarkedDek } from "../keys/data-keys.ts";
import {
  type Allowance,
  type Contents,
  digestOf,
  formatContents,
  parseContents,
} from "./contents.ts";
import { Damaged } from "./damaged.ts";
import type { HeadRow, SecretRow } from "./rows/store.ts";

/** No secret has this id: those have 22 characters. */
const place = "contents";

/** Seals a user's list. Bound to the user and to how often the list was written. */
export function sealHead(
  key: DataKey,
  userId: string,
  edition: number,
  contents: Contents,
): Uint8Array {
  const context = { userId, secretId: place, secretName: place, secretVersion: edition };
  return encrypt(key, context, formatContents(contents));
}

/** @throws EnvelopeError or Damaged when it is not what was sealed for this user and edition. */
export function openHead(
  key: DataKey,
  userId: string,
  edition: number,
  record: Uint8Array,
): Contents {
  const context = { userId, secretId: place, secretName: place, secretVersion: edition };
  const contents = parseContents(decrypt(key, context, record));
  if (contents === null) throw new Damaged("the head holds no list");
  return contents;
}

/**
 * The data key that a head is sealed under, with what a wrong one is known by.
 * @param known - for a head whose record was left out.
 * @throws EnvelopeError or Damaged when the head is not ours.
 */
export function keyOf({ dek, record }: HeadRow, known: KeyMark | undefined): MarkedDek {
  const mark = record === null ? known : markOf(record);
  if (mark === undefined) throw new Damaged("the head is not there");
  // No more than the mark: the key is kept for longer than the list that may come with it.
  return { ...dek, mark: { salt: mark.salt, commitment: mark.commitment } };
}

/** What the head vouches for. */
type Claim = Pick<SecretRow, "id" | "name" | "latest" | "oldest" | "salt"> &
  Readonly<{ grants: readonly Allowance[] }>;

/** A secret whose rows are what the head vouches for. */
export type Verified<T = SecretRow> = T & Readonly<{ salt: Uint8Array }>;

/**
 * Holds the rows of a secret against the head.
 * @throws Damaged when they differ in anything that matters: name, versions, record in use, grants.
 */
export function verify<T extends Claim>(contents: Contents, row: T): Verified<T> {
  const { id, name, latest, oldest, salt } = row;
  const entry = contents.get(id);
  const isSame =
    entry !== undefined &&
    salt !== null &&
    entry.latest === latest &&
    entry.oldest === oldest &&
    entry.digest === digestOf({ name, salt, grants: row.grants });
  if (!isSame) throw new Damaged("a secret is not what the head says", name);
  return { ...row, salt };
}
