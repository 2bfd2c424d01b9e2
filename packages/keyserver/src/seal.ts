import type { KeyObject } from "node:crypto";
import { type Budget, createBudget } from "./keys/budget.ts";
import { readPrivate } from "./store/durable.ts";
import { openFile, StoreError } from "./store/sealed-file.ts";
import { openStore, type Store, type StoreFiles } from "./store/store.ts";

/** What is there while the key server is unsealed. */
export type Opened = { readonly store: Store; readonly budget: Budget };

/** Whether the keys are in memory. Sealed, the server knows nothing but where its files are. */
export type Seal = {
  opened(): Opened | null;
  /**
   * Opens the store. One attempt runs at a time and leaves nothing behind when it fails; where the
   * store is open already, nothing happens.
   * @throws StoreError and others when the store does not open with this key.
   */
  unseal(rootKey: KeyObject): Promise<void>;
  /** Forgets all keys, after the changes under way. */
  seal(): Promise<void>;
  /** Whether the store opens with this root key. */
  isRootKey(rootKey: KeyObject): Promise<boolean>;
};

/** @param acceptOlder - open a store that is older than its anchor. */
export function createSeal(files: StoreFiles, acceptOlder = false): Seal {
  let opened: Opened | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  return {
    opened: () => opened,
    unseal: (rootKey) =>
      inTurn(async () => {
        if (opened !== null) return;
        const store = await openStore(files, rootKey, acceptOlder);
        opened = { store, budget: createBudget(store) };
      }),
    seal: () =>
      inTurn(async () => {
        if (opened === null) return;
        const closing = opened;
        // First, so that no request begins while the last counts are written.
        opened = null;
        await closing.budget.settle();
        await closing.store.close();
      }),
    isRootKey: async (rootKey) => {
      const bytes = await readPrivate(files.file);
      if (bytes === null) return false;
      try {
        openFile(rootKey, bytes).content.fill(0);
        return true;
      } catch (error) {
        if (error instanceof StoreError) return false;
        throw error;
      }
    },
  };
}
