import { DataKey, isMarkOf, markOf } from "@portafilter/envelope";
import { KeyServerError } from "../keys/failure.ts";
import type { Owned, Transit } from "../keys/transit.ts";
import { keyVersionOf } from "../keys/wrapped-key.ts";
import { replaceWrapped, seeWrapped, type WrappedRow } from "./rows/wrapped.ts";
import type { Db } from "./store.ts";

/** What became of the wrapped data keys of all accounts. */
export type Rewrapped = Readonly<{
  /** The version of the key-encryption key that they were to be under. */
  version: number;
  anew: number;
  /** Under that version already. */
  already: number;
  /** Deleted, or wrapped by somebody else, in these moments. */
  moved: number;
  /** Left as they were, because what came back for them is not what they were. */
  left: number;
  /** Accounts of some of those. */
  leftOf: readonly string[];
}>;

/** Keys that are asked for together, each with a head of up to 56 KB. */
const batch = 100;
const mostNamed = 20;

/**
 * Wraps every data key anew that is not under the latest version of the key-encryption key. May be stopped
 * anywhere and begun again, while servers go on: a row is replaced only where it still holds what was read,
 * and only by what opens as the very key that its user's head names. Each key is in memory for that moment.
 * @param onBatch - told how many were looked at so far.
 * @throws KeyServerError when the key server is away; what was done by then stays.
 */
export async function rewrapAll(
  db: Db,
  transit: Pick<Transit, "readKey" | "rewrap" | "unwrap">,
  onBatch: (count: number) => void = () => undefined,
): Promise<Rewrapped> {
  const { latestVersion: version } = await transit.readKey();
  const sum = { anew: 0, already: 0, moved: 0, left: 0 };
  const leftOf: string[] = [];
  let after: WrappedRow | null = null;
  let count = 0;
  for (;;) {
    const rows: readonly WrappedRow[] = await seeWrapped(db, after, batch);
    after = rows.at(-1) ?? null;
    if (after === null) return { version, ...sum, leftOf };
    const old = rows.filter(({ wrapped }) => keyVersionOf(wrapped) !== version);
    const owned = old.map(({ user_id: userId, wrapped }) => ({ userId, wrapped }));
    const answers = await transit.rewrap(owned);
    const judged = await Promise.all(
      old.map(async (row, at) => ({ row, wrapped: await sameKey(transit, row, answers[at]) })),
    );
    const sound = judged.flatMap(({ row, wrapped }) =>
      wrapped === null ? [] : [{ row, wrapped }],
    );
    const anew = await replaceWrapped(db, sound);
    sum.anew += anew;
    sum.already += rows.length - old.length;
    sum.moved += sound.length - anew;
    sum.left += old.length - sound.length;
    const wrong = judged.filter(({ wrapped }) => wrapped === null).map(({ row }) => row.user_id);
    leftOf.push(...wrong.slice(0, mostNamed - leftOf.length));
    onBatch((count += rows.length));
  }
}

/** What a key is wrapped as now; null unless it opens as the key that the head was sealed under. */
async function sameKey(
  transit: Pick<Transit, "unwrap">,
  { user_id: userId, dek_id: dekId, record }: WrappedRow,
  answer: Awaited<ReturnType<Transit["rewrap"]>>[number] | undefined,
): Promise<string | null> {
  if (answer === undefined || answer instanceof KeyServerError || record === null) return null;
  const { wrapped } = answer;
  const opened = await unlessForged(transit, { userId, wrapped });
  if (opened === null) return null;
  const key = new DataKey(dekId, opened);
  try {
    return isMarkOf(key, markOf(record)) ? wrapped : null;
  } catch {
    // The head is no record.
    return null;
  } finally {
    key.wipe();
  }
}

async function unlessForged(transit: Pick<Transit, "unwrap">, owned: Owned) {
  try {
    return await transit.unwrap(owned);
  } catch (error) {
    if (error instanceof KeyServerError && error.reason === "not_authentic") return null;
    throw error;
  }
}
