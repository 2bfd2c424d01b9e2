import type { DataKey } from "@portafilter/envelope";
import type { MarkedDek } from "../keys/data-keys.ts";
import type { Contents } from "./contents.ts";
import { Damaged } from "./damaged.ts";
import { keyOf, openHead } from "./head.ts";
import type { KnownHead, KnownHeads, Names } from "./known-heads.ts";
import type { Ports } from "./ports.ts";
import type { HeadRow, Seen, SeenNamed } from "./rows/store.ts";

/**
 * Reads rows of a user together with the head, and gives them to `work` with the verified list and the
 * key, which is lent: it must be used before `work` returns. Null for a user who never had a secret.
 * @param see - one statement; it is told the salt of the head that is known already, and whether it does well to
 * bring the names of all secrets along, because those are not.
 * @throws EnvelopeError or Damaged when the head is not ours, KeyServerError
 */
export type Read = <S extends Seen & Partial<Pick<SeenNamed, "names">>, T>(
  userId: string,
  see: (known: Uint8Array | null, wantsNames: boolean) => Promise<S>,
  work: (seen: Marked<S>, contents: Contents, key: DataKey) => T,
) => Promise<T | null>;

/** The rows, with a data key that can be used again later. */
type Marked<S extends Seen> = S & Readonly<{ head: Readonly<{ dek: MarkedDek }> | null }>;

export function createRead(dataKeys: Pick<Ports["dataKeys"], "use">, heads: KnownHeads): Read {
  return async (userId, see, work) => {
    const known = heads.get(userId);
    const seen = await see(known?.salt ?? null, !known?.names);
    const { head, names = null } = seen;
    if (head === null) {
      if (seen.hasLeftovers) throw new Damaged("there are secrets, and no head");
      return null;
    }
    const dek = keyOf(head, known);
    return await dataKeys.use(dek, (key) => {
      const contents = contentsOf(userId, head, known, key);
      if (contents !== known?.contents || names !== null) {
        const { edition } = head;
        // Those of the list before are mostly right.
        const hints = names === null ? (known?.names ?? null) : namesOf(contents, names);
        heads.put(userId, { ...dek.mark, dek: head.dek, edition, contents, names: hints });
      }
      return work({ ...seen, head: { ...head, dek } }, contents, key);
    });
  };
}

/** Hints of what is listed: rows that are not are no secrets, and may be many. */
function namesOf(contents: Contents, rows: NonNullable<SeenNamed["names"]>): Names {
  const listed = rows.filter(([id]) => contents.has(id));
  return new Map(listed.map(([id, name]) => [name, id]));
}

/** What a head lists. @throws EnvelopeError or Damaged */
export function contentsOf(
  userId: string,
  { edition, record }: Pick<HeadRow, "edition" | "record">,
  known: KnownHead | undefined,
  key: DataKey,
): Contents {
  if (record !== null) return openHead(key, userId, edition, record);
  // The record was left out because its salt is the known one; its edition is part of what was sealed.
  if (known?.edition !== edition) throw new Damaged("the head is of another edition");
  return known.contents;
}
