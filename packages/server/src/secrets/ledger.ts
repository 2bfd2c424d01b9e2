import { type DataKey, markOf } from "@portafilter/envelope";
import type { MarkedDek } from "../keys/data-keys.ts";
import { Problem } from "../problem.ts";
import { close, type NewHead, type Told } from "./closing.ts";
import type { Contents, Entry } from "./contents.ts";
import { digestOf } from "./contents.ts";
import { Damaged } from "./damaged.ts";
import { keyOf, sealHead, type Verified, verify } from "./head.ts";
import { holdSecret, lockHead, type Sought } from "./held/store.ts";
import type { KnownHead, KnownHeads, Names } from "./known-heads.ts";
import type { By, Ports } from "./ports.ts";
import { contentsOf } from "./reading.ts";
import { type SecretRow, seeHead } from "./rows/store.ts";
import { beginHead, type Tx } from "./store.ts";
import { createTurns, type TurnLimits } from "./turns.ts";

/** A user's list, held for one transaction: nobody else changes this user's secrets meanwhile. */
export type Page = Readonly<{
  tx: Tx;
  userId: string;
  /** How many secrets there are. */
  count: () => number;
  /** Lends the data key to `work`, which must use it before it returns. */
  withKey: <T>(work: (key: DataKey) => T) => Promise<T>;
  /** A secret as it is stored, held against the list; null when there is none. */
  find: (sought: Sought) => Promise<Found | null>;
  /** What the list says from now on. */
  put: (secret: Omit<SecretRow, "salt" | "grants"> & Parameters<typeof digestOf>[0]) => void;
  /** Holds a row against the list as it is now. */
  check: (row: SecretRow) => Verified;
  remove: (id: string) => void;
  /** Written down and told when the transaction is committed. */
  tell: (told: Told) => void;
}>;

/** A secret that the list vouches for, and the record of the version that was asked for, which it may not. */
export type Found = Readonly<{ secret: Verified; record: Uint8Array | null }>;

/** Runs a change as one transaction: rows, list, audit and events, all or nothing. */
export type Change = <T>(by: By, work: (page: Page) => Promise<T>) => Promise<T>;

/**
 * The data key to write under; with the first head, sealed but not yet stored, where there is none; or with
 * the head that is known, which may be in place no more.
 */
type Start = Readonly<{ dek: MarkedDek; record: Uint8Array | null; known?: KnownHead }>;

/**
 * The data key is another one than before the transaction: another first write was faster, or the head that
 * was known is gone.
 */
class Moved extends Error {
  override readonly name = "Moved";
}
const attempts = 5;
/** The head lets them in one at a time anyway. */
const turns: TurnLimits = { waiting: 20, patience: 15_000 };

/**
 * The key is fetched before the transaction begins, so that none of them waits for the key server: what
 * is sealed inside finds it in memory.
 */
export function createChange(ports: Omit<Ports, "log">, heads: KnownHeads): Change {
  const { db, dataKeys } = ports;
  const inTurn = createTurns(turns);

  return async (by, work) => {
    const { userId } = by;
    const make = () => dataKeys.create(userId, (key) => sealHead(key, userId, 1, new Map()));
    let made: Awaited<ReturnType<typeof make>> | null = null;

    async function begin(): Promise<Start> {
      const known = heads.get(userId);
      // Where the key has to be asked for, it is asked for as it is stored now: it may be wrapped anew, or gone.
      if (known !== undefined && dataKeys.holds(known.dek)) {
        return { dek: { ...known.dek, mark: known }, record: null, known };
      }
      const { head, hasLeftovers } = await seeHead(db.kysely, userId);
      if (head !== null) return { dek: keyOf(head, undefined), record: null };
      if (hasLeftovers) throw new Damaged("there are secrets, and no head");
      return (made ??= await make());
    }

    for (let attempt = 0; attempt < attempts; attempt++) {
      const start = await begin();
      await dataKeys.use(start.dek, () => undefined);
      try {
        // What has its turn holds a connection while it waits for the head, what waits for it none.
        const { result, head } = await inTurn(userId, () =>
          db.transaction((tx) => write(ports, tx, by, start, work)),
        );
        if (head !== null) heads.put(userId, head);
        return result;
      } catch (error) {
        if (!(error instanceof Moved)) throw error;
        heads.drop(userId);
      }
    }
    throw new Problem("database_unavailable", {
      cause: new Error("data key or head kept changing"),
    });
  };
}

async function write<T>(
  { dataKeys, audit }: Omit<Ports, "log">,
  tx: Tx,
  by: By,
  { dek, record: first, known }: Start,
  work: (page: Page) => Promise<T>,
): Promise<Readonly<{ result: T; head: KnownHead | null }>> {
  const { userId } = by;
  const withKey: Page["withKey"] = (lent) => dataKeys.use(dek, lent);
  const { edition, contents, names } = first === null ? await resume() : await begin(first);
  const told: Told[] = [];
  const called = new Map<string, string>();
  let edits = 0;
  const set = (id: string, entry: Entry | null) => {
    edits++;
    if (entry === null) contents.delete(id);
    else contents.set(id, entry);
  };

  const result = await work({
    tx,
    userId,
    withKey,
    count: () => contents.size,
    find: async (sought) => {
      const held = await holdSecret(tx, userId, sought);
      return held && { secret: verify(contents, held.secret), record: held.record };
    },
    check: (row) => verify(contents, row),
    put: (secret) => {
      const { id, name, latest, oldest } = secret;
      set(id, { latest, oldest, digest: digestOf(secret) });
      called.set(id, name);
    },
    remove: (id) => {
      set(id, null);
    },
    tell: (one) => told.push(one),
  });

  const head = edits > 0 ? await seal(edition + 1) : null;
  await close(audit, tx, by, { head, told });
  return { result, head: head?.known ?? null };

  /** @returns the next head, and what is known of it once the transaction is committed. */
  async function seal(edition: number): Promise<NewHead & Readonly<{ known: KnownHead }>> {
    const record = await withKey((key) => sealHead(key, userId, edition, contents));
    // Without the mark that the key came with, which hangs on the head before.
    const { dekId, wrapped } = dek;
    const stored = { userId, dekId, wrapped };
    const known = { ...markOf(record), dek: stored, edition, contents, names: hints() };
    return { edition, record, known };
  }

  /** Names after the change, where they were known before. */
  function hints(): Names | null {
    if (names === null) return null;
    const after = new Map([...names].filter(([, id]) => contents.has(id) && !called.has(id)));
    for (const [id, name] of called) after.set(name, id);
    return after;
  }

  async function begin(record: Uint8Array) {
    const begun = await beginHead(tx, dek, record);
    if (begun === "no account") throw new Problem("signed_out");
    if (begun === "exists") throw new Moved();
    return { edition: 1, contents: new Map<string, Entry>(), names: new Map<string, string>() };
  }

  async function resume() {
    const head = await lockHead(tx, userId, known?.salt ?? null);
    if (head === null || Buffer.compare(head.dek_id, dek.dekId) !== 0) throw new Moved();
    const list: Contents = await withKey((key) => contentsOf(userId, head, known, key));
    return { edition: head.edition, contents: new Map(list), names: known?.names ?? null };
  }
}
