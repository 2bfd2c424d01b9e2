import type { api } from "@portafilter/protocol";
import { useCallback, useSyncExternalStore } from "react";
import { createEnds } from "../broker/ends.ts";
import { onWake } from "../frame/wake.ts";

/** Those of `grants` that have not ended. One that ends while it is looked at is left out from then on. */
export function useStandingGrants(grants: readonly api.Grant[]): readonly api.Grant[] {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const ends = createEnds({ onEnd: onChange, onWake });
      for (const { app, until } of grants) ends.set(app, until);
      return ends.stop;
    },
    [grants],
  );
  // A text, because what is the same must be equal.
  const ended = useSyncExternalStore(subscribe, () =>
    grants
      .filter(({ until }) => until !== null && Date.parse(until) <= Date.now())
      .map(({ app }) => app)
      .join(" "),
  ).split(" ");
  return grants.filter(({ app }) => !ended.includes(app));
}
