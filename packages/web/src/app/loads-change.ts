import type { LoadedPackage, Loads } from "@portafilter/protocol";

/** One difference between what an app loaded when it was allowed, and what it loads now. */
export type LoadsChange =
  | { readonly type: "added" | "removed"; readonly item: LoadedPackage }
  /** What an app that runs says it has loaded besides. */
  | { readonly type: "later"; readonly item: LoadedPackage }
  /** Two versions, or one version with two contents. */
  | { readonly type: "changed"; readonly from: LoadedPackage; readonly to: LoadedPackage };

/**
 * All that is different: what changed, then what came or went, then what came later, each by name. A package
 * that is there several times is told of as added and removed. `atStart` is what of `now` was told before the
 * app ran: what it says later neither hides nor precedes a difference of that.
 */
export function loadsChanges(before: Loads, atStart: Loads, now: Loads): readonly LoadsChange[] {
  const gone = without(before, atStart);
  const fresh = without(atStart, before);
  const later = without(without(now, atStart), before);
  const told = changesByName(gone, fresh).filter(
    // What it loads only while it runs is not gone.
    (change) => change.type !== "removed" || without([change.item], now).length > 0,
  );
  return [
    ...told.filter(({ type }) => type === "changed"),
    ...told.filter(({ type }) => type !== "changed"),
    ...later.map((item) => ({ type: "later", item }) as const),
  ];
}

function without(list: Loads, others: Loads): Loads {
  return list.filter((item) => !others.some((other) => isSame(item, other)));
}

function changesByName(gone: Loads, fresh: Loads): readonly LoadsChange[] {
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
