/** sessionStorage of one tab, in memory; `items` can be copied as browsers copy a tab. */
export function tabStorage(content: readonly (readonly [string, string])[] = []) {
  const items = new Map(content);
  return {
    items,
    storage: {
      getItem: (name: string) => items.get(name) ?? null,
      setItem: (name: string, value: string) => void items.set(name, value),
      removeItem: (name: string) => void items.delete(name),
    } as unknown as Storage,
  };
}

/** Locks that are free: every page gets the one it asks for, as after a reload. */
export const freeLocks = {
  async request(_name: string, _options: LockOptions, callback: () => unknown) {
    await callback();
  },
} as unknown as LockManager;
