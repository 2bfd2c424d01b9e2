import type { LoadedPackage, Loads } from "@portafilter/protocol";

/** One difference between what an app loaded when it was allowed, and what it loads now. */
export type LoadsChange =
  | { readonly type: "added" | "removed"; readonly item: LoadedPackage }
  /** Two versions, or one version with two contents. */
  | { readonly type: "changed"; readonly from: LoadedPackage; readonly to: LoadedPackage };

/** All that is different, by name. A package that is there several times is told of as added and removed. */
export function loadsChanges(before: Loads, now: Loads): readonly LoadsChange[] {
  const gone = before.filter((item) => !now.some((other) => isSame(item, other)));
  const fresh = now.filter((item) => !before.some((other) => isSame(item, other)));
  const names = new Set([...gone, ...fresh].map(({ name }) => name));
  return [...names].toSorted().flatMap((name): LoadsChange[] => {
    const from = gone.filter((item) => item.name === name);
    const to = fresh.filter((item) => item.name === name);
    if (from.length === 1 && to.length === 1)
      return from.flatMap((one) => to.map((other) => ({ type: "changed", from: one, to: other })));
    return [
      ...from.map((item) => ({ type: "removed", item }) as const),
      ...to.map((item) => ({ type: "added", item }) as const),
    ];
  });
}

function isSame(one: LoadedPackage, other: LoadedPackage): boolean {
  return one.name === other.name && one.version === other.version && one.sha256 === other.sha256;
}
