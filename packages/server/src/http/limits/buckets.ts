import { putNewest } from "../../forget-oldest.ts";

/** So many a second on average, and `burst` at once. */
export type Rate = Readonly<{ perSecond: number; burst: number }>;

/** Keys that are remembered; beyond, the one that was used longest ago is forgotten. */
const most = 100_000;

/** Counts in this process alone. */
export type Buckets = Readonly<{
  /** Takes one from the bucket of `key`. @returns seconds until there is one; 0 when it was taken. */
  take: (key: string, rate: Rate) => number;
}>;

/** Buckets that fill up with time (GCRA: one number for each, the moment at which it is full again). */
export function createBuckets(now: () => number = () => performance.now() / 1000): Buckets {
  const fullAt = new Map<string, number>();
  return {
    take: (key, { perSecond, burst }) => {
      const at = now();
      const full = Math.max(fullAt.get(key) ?? 0, at);
      const wait = full + 1 / perSecond - at - burst / perSecond;
      // A hair's breadth for sums of fractions.
      if (wait > 1e-9) return wait;
      putNewest(fullAt, key, full + 1 / perSecond, most);
      return 0;
    },
  };
}
