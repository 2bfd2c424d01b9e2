import { limits } from "@portafilter/protocol";

/** What was written of one secret, each value once: acknowledged for certain, the others perhaps. */
export type Written = Readonly<{
  /** In the order of their versions, as far as they have one. */
  tried: string[];
  /** Places in `tried` of what was acknowledged. */
  acknowledged: number[];
}>;

/** How often it may have been written: each write that nobody answered may be one version more. */
export function versionsOf({ tried, acknowledged }: Written): Readonly<Record<Bound, number>> {
  return { least: acknowledged.length, most: tried.length };
}
type Bound = "least" | "most";

/** So many versions are kept of those that were ever made. */
export function keptOf(version: number): number {
  return Math.min(version, limits.versionsPerSecret);
}

/** What may be in use: the last acknowledged value, and what was tried after it. */
export function inUse({ tried, acknowledged }: Written): string[] {
  return tried.slice(acknowledged.at(-1) ?? 0);
}

/** The oldest acknowledged value that is kept for certain and not in use, and the versions that it may be. */
export function earlier(
  { tried, acknowledged }: Written,
  version: number,
): Readonly<{ value: string; candidates: number[] }> | null {
  const after = (place: number) => tried.length - 1 - place;
  const rank = acknowledged.findIndex((place) => after(place) < limits.versionsPerSecret);
  const place = acknowledged[rank];
  if (place === undefined || rank === acknowledged.length - 1) return null;
  const newest = version - (acknowledged.length - 1 - rank);
  const oldest = Math.max(1, version - after(place));
  const candidates = Array.from({ length: newest - oldest + 1 }, (_, n) => newest - n);
  return { value: tried[place] ?? "", candidates };
}
