/** Forgets what was put in longest ago, so that no more than `most` are kept. */
export function forgetOldest<K>(kept: Map<K, unknown> | Set<K>, most: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}

/** Puts a value in as the newest one, and forgets the oldest beyond `most`. */
export function putNewest<K, V>(kept: Map<K, V>, key: K, value: V, most: number): void {
  kept.delete(key);
  kept.set(key, value);
  forgetOldest(kept, most);
}
