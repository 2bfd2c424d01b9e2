import type { KeyObject } from "node:crypto";
import { Refusal } from "../refusal.ts";
import { type State, withRing } from "../store/state.ts";
import type { Store } from "../store/store.ts";
import type { KeyRing } from "./key-ring.ts";

/** Encryptions under one key with random 96-bit nonces that NIST SP 800-38D allows. */
export const encryptionLimit = 2 ** 32;

/** How many encryptions are accounted for with one write of the store. */
const block = 2 ** 18;

/** Counts encryptions by key version. */
export type Budget = {
  /**
   * Accounts for `count` encryptions.
   * @returns nothing when they may go on at once, else a promise to wait for.
   * @throws Refusal when the key version is used up.
   */
  spend(ring: KeyRing, version: number, count: number): Promise<void> | undefined;
  /** Encryptions of a key version that are accounted for, at least as many as there were. */
  spent(ring: KeyRing, version: number): number;
  /** Writes down the exact counts, before the server stops. */
  settle(): Promise<void>;
};

type Usage = { used: number; reserved: number; reserving: Promise<void> | undefined };

/**
 * Counts in memory, and reserves on the disk a block ahead: after a crash a key version counts as
 * used what was reserved, so the limit holds without a write for each encryption. Contexts of a
 * derived key have keys of their own; counting them together errs on the safe side.
 */
export function createBudget(store: Pick<Store, "change" | "state">): Budget {
  const usages = new WeakMap<KeyObject, Usage>();

  const usageOf = (ring: KeyRing, version: number): Usage | undefined => {
    const found = ring.versions.get(version);
    if (found === undefined) return undefined;
    let usage = usages.get(found.key);
    if (usage === undefined) {
      usage = { used: found.reserved, reserved: found.reserved, reserving: undefined };
      usages.set(found.key, usage);
    }
    return usage;
  };

  const write = async (name: string, version: number, usage: Usage, ahead: number) => {
    let target = usage.reserved;
    await store.change((state) => {
      target = usage.used + ahead;
      return withReserved(state, name, version, target);
    });
    usage.reserved = target;
  };

  const reserve = (name: string, version: number, usage: Usage): Promise<void> => {
    usage.reserving ??= write(name, version, usage, block).finally(() => {
      usage.reserving = undefined;
    });
    return usage.reserving;
  };

  const wait = async (name: string, version: number, usage: Usage) => {
    while (usage.used > usage.reserved) await reserve(name, version, usage);
  };

  return {
    spend: (ring, version, count) => {
      const usage = usageOf(ring, version);
      if (usage === undefined) return undefined;
      if (usage.used + count > encryptionLimit) {
        throw new Refusal(400, "key version has reached its number of encryptions; rotate the key");
      }
      usage.used += count;
      if (usage.used > usage.reserved) return wait(ring.name, version, usage);
      // Ahead of need, so that nobody waits; a failure is met again when the reserve is used up.
      if (usage.used > usage.reserved - block / 2) {
        reserve(ring.name, version, usage).catch(() => undefined);
      }
      return undefined;
    },
    spent: (ring, version) => usageOf(ring, version)?.used ?? 0,
    settle: async () => {
      for (const ring of store.state().rings.values()) {
        for (const version of ring.versions.keys()) {
          const usage = usageOf(ring, version);
          if (usage === undefined || usage.used >= usage.reserved) continue;
          await write(ring.name, version, usage, 0);
        }
      }
    },
  };
}

function withReserved(state: State, name: string, version: number, reserved: number): State {
  const ring = state.rings.get(name);
  const found = ring?.versions.get(version);
  if (ring === undefined || found === undefined) return state;
  return withRing(state, {
    ...ring,
    versions: new Map([...ring.versions, [version, { ...found, reserved }]]),
  });
}
