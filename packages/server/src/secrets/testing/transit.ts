import { createDataKeyCache } from "../../keys/data-key-cache.ts";
import { createDataKeys, type DataKeys } from "../../keys/data-keys.ts";
import { KeyServerError } from "../../keys/failure.ts";

/**
 * Data keys whose key server is a table in this process. `isDown` is what happens to it; the unwraps in
 * `lies`, counted from 1, are answered with another key.
 */
export type KeysForTest = Readonly<{
  /** Another app server's data keys, with the same key server. */
  another: () => DataKeys;
  state: { isDown: boolean; wrapped: number; unwrapped: number; lies: Set<number> };
}>;

export function keysForTest(): KeysForTest {
  const keys = new Map<string, { userId: string; bytes: Uint8Array }>();
  const state = { isDown: false, wrapped: 0, unwrapped: 0, lies: new Set<number>() };
  const check = () => {
    if (state.isDown) throw new KeyServerError("unreachable");
  };
  const transit = {
    async wrap(userId: string, bytes: Uint8Array) {
      await Promise.resolve();
      check();
      state.wrapped++;
      const wrapped = `vault:v1:${crypto.randomUUID()}`;
      keys.set(wrapped, { userId, bytes: Uint8Array.from(bytes) });
      return { wrapped, version: 1 };
    },
    async unwrap({ userId, wrapped }: { userId: string; wrapped: string }) {
      await Promise.resolve();
      check();
      state.unwrapped++;
      const key = keys.get(wrapped);
      if (key?.userId !== userId) throw new KeyServerError("not_authentic");
      return Uint8Array.from(
        state.lies.has(state.unwrapped) ? crypto.getRandomValues(new Uint8Array(32)) : key.bytes,
      );
    },
  };
  return {
    another: () => createDataKeys(transit, createDataKeyCache({ keys: 1_000, age: 300_000 })),
    state,
  };
}
