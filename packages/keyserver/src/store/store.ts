import type { KeyObject } from "node:crypto";
import { refusals } from "../refusal.ts";
import { readAnchor, writeAnchor } from "./anchor.ts";
import { readPrivate, removeLeftovers, type WriteFile, writeDurably } from "./durable.ts";
import { openFile, StoreError, sealFile } from "./sealed-file.ts";
import { decodeState, encodeState, type State } from "./state.ts";

/** Where a store lives, and with what it is written. */
export type StoreFiles = {
  readonly file: string;
  readonly anchor: string;
  /** {@link writeDurably}, unless a test wants the disk to be full. */
  readonly write?: WriteFile;
};

/** An open key store. */
export type Store = {
  /** The state as of the last change that is on the disk. */
  state(): State;
  /** How many changes the store has seen. */
  generation(): number;
  /**
   * Makes a new state out of the current one and puts it on the disk; changes run one after another.
   * When it resolves the change is durable. When it rejects, `state()` is what it was before: nothing
   * was encrypted with a key that might not be there after a crash.
   */
  change(make: (state: State) => State): Promise<State>;
  /** Waits for the changes under way and refuses all others: another store may open the file then. */
  close(): Promise<void>;
};

/**
 * Opens the store, or refuses: wrong root key, changed or truncated file, wrong rights, or a store
 * that is older than its anchor.
 * @param acceptOlder - the operator knows that the store was put back from a backup.
 */
export async function openStore(
  files: StoreFiles,
  rootKey: KeyObject,
  acceptOlder = false,
): Promise<Store> {
  await removeLeftovers(files.file);
  await removeLeftovers(files.anchor);
  const bytes = await readPrivate(files.file);
  if (bytes === null) throw new StoreError("the key store is missing");
  const { generation, content } = openFile(rootKey, bytes);
  const state = decodeState(content);
  content.fill(0);
  const anchored = await readAnchor(files.anchor, rootKey);
  const isOlder = anchored === null || generation < anchored;
  if (isOlder && !acceptOlder) {
    throw new StoreError(
      anchored === null
        ? "the anchor of the key store is missing, so the store could be an older one"
        : `the key store was rolled back: it is at change ${generation}, and had reached ${anchored}`,
    );
  }
  const store = storeOf(files, rootKey, state, Math.max(generation, anchored ?? 0));
  // Writes both files anew, past every generation that was ever anchored.
  if (isOlder) await store.change((same) => ({ ...same }));
  else if (generation > anchored) {
    await writeAnchor(files.write ?? writeDurably, files.anchor, rootKey, generation);
  }
  return store;
}

/** Creates the store with its first state. The anchor is written first, so that a missing store is told from a new one. */
export async function createStore(
  files: StoreFiles,
  rootKey: KeyObject,
  state: State,
): Promise<Store> {
  await writeAnchor(files.write ?? writeDurably, files.anchor, rootKey, 0);
  const store = storeOf(files, rootKey, state, 0);
  await store.change((same) => ({ ...same }));
  return store;
}

function storeOf(files: StoreFiles, rootKey: KeyObject, first: State, at: number): Store {
  const write = files.write ?? writeDurably;
  let state = first;
  let generation = at;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  const run = async (make: (state: State) => State): Promise<State> => {
    const next = make(state);
    if (next === state) return state;
    const tidied = withoutExpiredTokens(next);
    const content = encodeState(tidied);
    const file = sealFile(rootKey, generation + 1, content);
    content.fill(0);
    await write(files.file, file);
    // After the store: an anchor may never promise a generation that is not on the disk.
    await writeAnchor(write, files.anchor, rootKey, generation + 1);
    generation += 1;
    state = tidied;
    return state;
  };

  return {
    state: () => state,
    generation: () => generation,
    change: async (make) => {
      if (closed) throw refusals.sealed();
      const result = last.then(() => run(make));
      last = result.catch(() => undefined);
      return await result;
    },
    close: async () => {
      closed = true;
      await last;
    },
  };
}

function withoutExpiredTokens(state: State): State {
  const now = Date.now() / 1000;
  const live = [...state.tokens].filter(([, { expires }]) => expires === null || now < expires);
  return live.length === state.tokens.size ? state : { ...state, tokens: new Map(live) };
}
